/* SPDX-License-Identifier: EUPL-1.2 */
/* The traits that a view may read, after a point, from a value that is not a map: see
 * docs/templates.md. */
#include <string.h>

#include "base/country.h"
#include "base/date.h"
#include "view/render_private.h"

bool
scop_render_is(const struct renderer *renderer, const struct scop_value *value, const char *text)
{
	struct scop_buffer plain;

	if (scop_type(value) == SCOP_STRING)
		return value->length == strlen(text) &&
		    memcmp(value->string, text, value->length) == 0;
	scop_buffer_init(&plain, renderer->arena);
	scop_value_plain(&plain, value);
	return plain.length > 0 && strcmp(scop_buffer_str(&plain), text) == 0;
}

static const struct scop_value *
day_of(const struct renderer *renderer, const struct scop_value *time)
{
	const struct scop_clock clock = scop_zone_clock(renderer->host->locale.zone, time->integer);

	return scop_value_date(renderer->arena,
	    scop_days_of((struct scop_day){ clock.year, clock.month, clock.day }));
}

static const struct scop_value *
clock_of(const struct renderer *renderer, const struct scop_value *time)
{
	const struct scop_clock clock = scop_zone_clock(renderer->host->locale.zone, time->integer);

	return scop_value_clock(renderer->arena, (clock.hour * 60 + clock.minute) * 60);
}

static const struct scop_value *
plain_of(const struct renderer *renderer, const struct scop_value *value)
{
	struct scop_buffer plain;

	scop_buffer_init(&plain, renderer->arena);
	scop_value_plain(&plain, value);
	return scop_value_bytes(renderer->arena, scop_buffer_str(&plain), plain.length);
}

static const struct scop_value *
some_of(const struct renderer *renderer, const struct scop_value *list)
{
	return list->length > 0 ? scop_value_bool(renderer->arena, true) : NULL;
}

static const struct scop_value *
count_of(const struct renderer *renderer, const struct scop_value *list)
{
	return scop_value_int(renderer->arena, list->length);
}

/* In the format of an input of type datetime-local, in the time zone in which the input is read. */
static const struct scop_value *
local_of(const struct renderer *renderer, const struct scop_value *time)
{
	const struct scop_template_host *host = renderer->host;
	const struct scop_clock clock =
	    scop_zone_clock(host->typed_zone ? host->typed_zone : host->locale.zone, time->integer);

	return scop_value_text(renderer->arena,
	    scop_arena_printf(renderer->arena, "%04d-%02d-%02dT%02d:%02d", clock.year, clock.month,
		clock.day, clock.hour, clock.minute));
}

/* The print format of account numbers (ISO 13616-1, section 5.2): groups of four characters.
 */
static const struct scop_value *
fours_of(const struct renderer *renderer, const struct scop_value *text)
{
	struct scop_buffer out;

	scop_buffer_init(&out, renderer->arena);
	for (uint32_t i = 0; i < text->length; i++) {
		if (i > 0 && i % 4 == 0)
			scop_buffer_char(&out, ' ');
		scop_buffer_char(&out, text->string[i]);
	}
	return scop_value_text(renderer->arena, scop_buffer_str(&out));
}

static const struct scop_value *
country_of(const struct renderer *renderer, const struct scop_value *code)
{
	const struct scop_template_host *host = renderer->host;
	const struct scop_country *country = scop_country_find(scop_as_text(code));
	const char *name = country && host->translate
	    ? host->translate(host->context, country->name, NULL, 1)
	    : NULL;

	return country ? scop_value_text(renderer->arena, name ? name : country->name) : NULL;
}

/* Any other value unchanged: after a refusal, what the visitor typed takes the place of the amount.
 */
static const struct scop_value *
amount_of(const struct renderer *renderer, const struct scop_value *value)
{
	return scop_type(value) == SCOP_MONEY
	    ? scop_value_number(renderer->arena, scop_as_int(value), 2)
	    : value;
}

enum { ANY_TYPE = -1 };

static const struct {
	const char *name;
	int type; /* of the value */
	const struct scop_value *(
	    *give)(const struct renderer *renderer, const struct scop_value *value);
} traits[] = {
	{ "some", SCOP_LIST, some_of },
	{ "count", SCOP_LIST, count_of },
	{ "date", SCOP_TIME, day_of },
	{ "clock", SCOP_TIME, clock_of },
	{ "local", SCOP_TIME, local_of },
	{ "fours", SCOP_STRING, fours_of },
	{ "country", SCOP_STRING, country_of },
	{ "plain", ANY_TYPE, plain_of },
	{ "amount", ANY_TYPE, amount_of },
};

const struct scop_value *
scop_render_trait(const struct renderer *renderer, const struct scop_value *value, const char *name,
    size_t length)
{
	for (size_t i = 0; i < sizeof traits / sizeof traits[0]; i++)
		if ((traits[i].type == ANY_TYPE || traits[i].type == (int)scop_type(value)) &&
		    strlen(traits[i].name) == length && memcmp(traits[i].name, name, length) == 0)
			return traits[i].give(renderer, value);
	return NULL;
}
