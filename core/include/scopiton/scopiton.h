/* SPDX-License-Identifier: EUPL-1.2 */
/* All of the public API. */
#ifndef SCOPITON_SCOPITON_H
#define SCOPITON_SCOPITON_H

#include "scopiton/calc.h"
#include "scopiton/csv.h"
#include "scopiton/digest.h"
#include "scopiton/encoding.h"
#include "scopiton/format.h"
#include "scopiton/http.h"
#include "scopiton/json.h"
#include "scopiton/list.h"
#include "scopiton/log.h"
#include "scopiton/mail.h"
#include "scopiton/module.h"
#include "scopiton/number.h"
#include "scopiton/query.h"
#include "scopiton/request.h"
#include "scopiton/value.h"
#include "scopiton/work.h"

#endif
