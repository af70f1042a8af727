/* SPDX-License-Identifier: EUPL-1.2 */
/* Times in UTC, in microseconds since 1970-01-01. */
#ifndef SCOP_BASE_TIME_H
#define SCOP_BASE_TIME_H

#include <stdint.h>

struct scop_buffer;

/* Now. */
int64_t scop_time_now(void);

/* The whole seconds of a time, rounded down. */
int64_t scop_time_seconds(int64_t microseconds);

/* The time of a date and time of day in UTC; months count from 1. */
int64_t scop_time_make(int year, int month, int day, int hour, int minute, int second,
    int microsecond);

/* Appends "2026-11-22T05:00:00Z" (RFC 3339), for programs. */
void scop_time_print(struct scop_buffer *out, int64_t microseconds);

#endif
