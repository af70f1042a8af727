/* SPDX-License-Identifier: EUPL-1.2 */
/* Shows no scop_module: a shared object, but no module. */
#include "names.h"
