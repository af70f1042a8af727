/* SPDX-License-Identifier: EUPL-1.2 */
/* Languages, numbers, money and times as people read them: see locale.h. */
#include "base/locale.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/date.h"
#include "base/value.h"

enum { DAY = 86400, QUARTER = 900, AHEAD_PLACES = 64, MOMENT_MAX = 40 };

#define NARROW_SPACE "\u202f"
#define NO_BREAK_SPACE "\u00a0"

static const struct format {
	const char *code, *name, *group, *point, *before, *after, *date, *time;
	int64_t singular_up_to; /* French says "0 article" */
} formats[SCOP_LANGUAGES] = {
	[SCOP_FR] = { "fr", "Français", NARROW_SPACE, ",", "", NO_BREAK_SPACE, "%d/%m/%Y",
	    "%d/%m/%Y %H:%M", 1 },
	[SCOP_NL] = { "nl", "Nederlands", ".", ",", NO_BREAK_SPACE, "", "%d-%m-%Y",
	    "%d-%m-%Y %H:%M", -1 },
	[SCOP_DE] = { "de", "Deutsch", ".", ",", "", NO_BREAK_SPACE, "%d.%m.%Y", "%d.%m.%Y %H:%M",
	    -1 },
	[SCOP_EN] = { "en", "English", ",", ".", "", "", "%e %b %Y", "%e %b %Y, %H:%M", -1 },
};

const char *
scop_language_code(enum scop_language language)
{
	return formats[language].code;
}

const char *
scop_language_name(enum scop_language language)
{
	return formats[language].name;
}

bool
scop_language_parse(const char *code, size_t length, enum scop_language *ret_language)
{
	if (length < 2)
		return false;
	for (int i = 0; i < SCOP_LANGUAGES; i++) {
		if (strncmp(code, formats[i].code, 2) == 0) {
			*ret_language = (enum scop_language)i;
			return true;
		}
	}
	return false;
}

char
scop_language_point(enum scop_language language)
{
	return formats[language].point[0];
}

unsigned
scop_language_plural(enum scop_language language, int64_t count)
{
	if (formats[language].singular_up_to == 1)
		return count > 1 || count < -1;
	return count != 1;
}

static uint64_t
magnitude(int64_t integer)
{
	return integer < 0 ? -(uint64_t)integer : (uint64_t)integer;
}

/* Writes at least `least` digits, zero-padded, into `ret_digits`, which has room for 24; returns
 * their number. It avoids printf, since a list of prices has hundreds of numbers. */
static size_t
make_digits(uint64_t number, size_t least, char *ret_digits)
{
	char reversed[24];
	size_t length = 0;

	for (; number > 0 || length < least; number /= 10)
		reversed[length++] = (char)('0' + number % 10);
	for (size_t i = 0; i < length; i++)
		ret_digits[i] = reversed[length - 1 - i];
	return length;
}

static void
print_integer(struct scop_buffer *out, int64_t integer)
{
	char digits[24];

	if (integer < 0)
		scop_buffer_char(out, '-');
	scop_buffer_add(out, digits, make_digits(magnitude(integer), 1, digits));
}

/* Appends digits in groups of three, the decimal point and `scale` decimal places. */
static void
print_scaled(struct scop_buffer *out, int64_t integer, unsigned scale, const struct format *format)
{
	char digits[24];
	const int length = (int)make_digits(magnitude(integer), scale + 1, digits);

	if (integer < 0)
		scop_buffer_text(out, "-");
	for (int i = 0; i < length; i++) {
		const int left = length - (int)scale - i;

		if (left == 0)
			scop_buffer_text(out, format->point);
		else if (left > 0 && left % 3 == 0 && i > 0)
			scop_buffer_text(out, format->group);
		scop_buffer_char(out, digits[i]);
	}
}

static const char *
currency_sign(const char *currency)
{
	return strcmp(currency, "EUR") == 0 ? "€" : currency;
}

static void
print_money(struct scop_buffer *out, const struct scop_value *value, enum scop_language language)
{
	const struct format *format = &formats[language];
	const bool sign_first = language == SCOP_NL || language == SCOP_EN;

	const bool is_code = strcmp(currency_sign(value->currency), value->currency) == 0;
	int64_t cents = value->integer;

	if (sign_first) {
		if (language == SCOP_EN && cents < 0) { /* "-€5.00" */
			scop_buffer_text(out, "-");
			cents = -cents;
		}
		scop_buffer_text(out, currency_sign(value->currency));
		scop_buffer_text(out, is_code ? NO_BREAK_SPACE : format->before);
	}
	print_scaled(out, cents, 2, format);
	if (!sign_first) {
		scop_buffer_text(out, format->after);
		scop_buffer_text(out, currency_sign(value->currency));
	}
}

/* glibc has one current time zone; it is changed only if the next request's tenant has another one.
 * Returns how often it was changed. */
static unsigned
use_zone(const char *zone)
{
	static char current[64];
	static unsigned changes;

	if (strcmp(current, zone) == 0)
		return changes;
	snprintf(current, sizeof current, "%s", zone);
	setenv("TZ", zone, 1);
	tzset();
	return ++changes;
}

/* By how many seconds the clocks of the zone in use are ahead of UTC. */
static int64_t
look_up_ahead(int64_t seconds)
{
	const time_t instant = (time_t)seconds;
	struct tm local;

	localtime_r(&instant, &local);
	return local.tm_gmtoff;
}

/* The same for a zone, remembered by the quarter of an hour in which no clock is changed: a list
 * asks for the same ones again and again. */
static int64_t
seconds_ahead(const char *zone, int64_t seconds)
{
	static struct {
		int64_t quarter, ahead;
		unsigned change;
	} known[AHEAD_PLACES];
	const unsigned change = use_zone(zone);
	const int64_t quarter = seconds / QUARTER - (seconds % QUARTER < 0),
		      first = quarter * QUARTER;
	const size_t place = (uint64_t)quarter % AHEAD_PLACES;

	if (known[place].change == change && known[place].quarter == quarter)
		return known[place].ahead;
	const int64_t before = look_up_ahead(first), after = look_up_ahead(first + QUARTER - 1);
	if (before != after)
		return look_up_ahead(seconds);
	known[place].quarter = quarter;
	known[place].ahead = before;
	known[place].change = change;
	return before;
}

static struct scop_clock
local_time(const char *zone, int64_t microseconds)
{
	const int64_t utc = scop_time_seconds(microseconds), local = utc + seconds_ahead(zone, utc);
	const int64_t days = local / DAY - (local % DAY < 0), rest = local - days * DAY;
	const struct scop_day day = scop_day_of(days);

	return (struct scop_clock){ day.year, day.month, day.day, scop_weekday_of(days) % 7,
		(int)(rest / 3600), (int)(rest / 60 % 60) };
}

static char *
add_two_digits(char *at, int number)
{
	scop_two_digits(at, (unsigned)number);
	return at + 2;
}

/* The few strftime conversions that the formats above use; strftime itself is slow for a list of
 * times. */
static void
print_moment(struct scop_buffer *out, const char *format, const struct scop_clock *moment)
{
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	char text[MOMENT_MAX], *at = text;

	for (; *format; format++) {
		assert(at < text + sizeof text - 3);
		if (*format != '%') {
			*at++ = *format;
			continue;
		}
		switch (*++format) {
		case 'd':
			at = add_two_digits(at, moment->day);
			break;
		case 'e': /* without a leading zero */
			scop_buffer_digits(out, (uint64_t)moment->day, 1);
			break;
		case 'm':
			at = add_two_digits(at, moment->month);
			break;
		case 'b':
			at = mempcpy(at, months[moment->month - 1], 3);
			break;
		case 'Y':
			scop_buffer_add(out, text, (size_t)(at - text));
			print_integer(out, moment->year);
			at = text;
			break;
		case 'H':
			at = add_two_digits(at, moment->hour);
			break;
		case 'M':
			at = add_two_digits(at, moment->minute);
			break;
		default:
			assert(!"a letter that the formats do not have");
		}
	}
	scop_buffer_add(out, text, (size_t)(at - text));
}

static void
print_time(struct scop_buffer *out, int64_t microseconds, const struct scop_locale *locale)
{
	const struct scop_clock local = local_time(locale->zone, microseconds);

	print_moment(out, formats[locale->language].time, &local);
}

/* A calendar date, independent of the time zone. */
static void
print_date(struct scop_buffer *out, int64_t days, enum scop_language language)
{
	const struct scop_day day = scop_day_of(days);
	const struct scop_clock date = { .year = day.year, .month = day.month, .day = day.day };

	print_moment(out, formats[language].date, &date);
}

void
scop_locale_print(struct scop_buffer *out, const struct scop_value *value,
    const struct scop_locale *locale)
{
	switch (scop_type(value)) {
	case SCOP_NULL:
	case SCOP_LIST:
	case SCOP_MAP:
		break;
	case SCOP_BOOL:
		scop_buffer_text(out, value->integer ? "true" : "false");
		break;
	case SCOP_INT:
		print_integer(out, value->integer);
		break;
	case SCOP_NUMBER:
		print_scaled(out, value->integer, value->scale, &formats[locale->language]);
		break;
	case SCOP_MONEY:
		print_money(out, value, locale->language);
		break;
	case SCOP_STRING:
		scop_buffer_add(out, value->string, value->length);
		break;
	case SCOP_TIME:
		print_time(out, value->integer, locale);
		break;
	case SCOP_DATE:
		print_date(out, value->integer, locale->language);
		break;
	case SCOP_CLOCK:
		scop_buffer_digits(out, (uint64_t)value->integer / 3600, 2);
		scop_buffer_char(out, ':');
		scop_buffer_digits(out, (uint64_t)value->integer / 60 % 60, 2);
		break;
	}
}

struct scop_clock
scop_zone_clock(const char *zone, int64_t microseconds)
{
	return local_time(zone, microseconds);
}

/* The zone's offset from UTC at an instant. */
static int64_t
ahead(const char *zone, int64_t microseconds)
{
	return seconds_ahead(zone, scop_time_seconds(microseconds)) * 1000000;
}

int64_t
scop_zone_instant(const char *zone, int year, int month, int day, int hour, int minute)
{
	const int64_t wanted = scop_time_make(year, month, day, hour, minute, 0, 0),
		      one_day = 86400LL * 1000000;
	const int64_t before = ahead(zone, wanted - one_day), after = ahead(zone, wanted + one_day);

	if (ahead(zone, wanted - before) != before && ahead(zone, wanted - after) == after)
		return wanted - after;
	return wanted - before;
}

unsigned
scop_zone_instants(const char *zone, int64_t days, int64_t clock, int64_t *ret_first,
    int64_t *ret_last)
{
	const int64_t wanted = (days * 86400 + clock) * 1000000, one_day = 86400LL * 1000000;
	const int64_t before = ahead(zone, wanted - one_day), after = ahead(zone, wanted + one_day);
	const bool by_before = ahead(zone, wanted - before) == before,
		   by_after = ahead(zone, wanted - after) == after;

	*ret_first = wanted - (by_before || !by_after ? before : after);
	*ret_last = wanted - (by_after ? after : before);
	return by_before && by_after ? (before == after ? 1 : 2) : by_before || by_after;
}

bool
scop_zone_valid(const char *zone)
{
	char path[128];

	if (zone[0] == '/' || strstr(zone, "..") || strlen(zone) > 60 || zone[0] == '\0')
		return false;
	char magic[5] = "";
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	/* RFC 8536 */
	const bool is_zone = fread(magic, 1, 4, file) == 4 && strcmp(magic, "TZif") == 0;
	fclose(file);
	return is_zone;
}
