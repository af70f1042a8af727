/* SPDX-License-Identifier: EUPL-1.2 */
/* Metrics in Prometheus' text format, by module:
 * https://prometheus.io/docs/instrumenting/exposition_formats/ */
#ifndef SCOP_SUPERVISOR_METRICS_H
#define SCOP_SUPERVISOR_METRICS_H

#include <stdio.h>

#include "supervisor/pool.h"

void scop_metrics_write(const struct scop_host *host, FILE *out);

#endif
