/* SPDX-License-Identifier: EUPL-1.2 */
/* Steps of the delivery tariff: shown as rows of the settings' form, and saved with it. */
#include "shop_steps.h"
#include "shop_text.h"

#include <string.h>

enum { STEPS_MAX = 100, CENTS_MAX = 9999999, NOTED_MAX = 20 };

/* The entries in the audit trail: prices changed and removed, by country. */
enum { CHANGED_BE, CHANGED_FR, REMOVED_BE, REMOVED_FR, NOTES };

static const char *const note_texts[NOTES] = {
	[CHANGED_BE] = SCOP_AUDIT("Changed prices of delivery to Belgium"),
	[CHANGED_FR] = SCOP_AUDIT("Changed prices of delivery to France"),
	[REMOVED_BE] = SCOP_AUDIT("Removed prices of delivery to Belgium"),
	[REMOVED_FR] = SCOP_AUDIT("Removed prices of delivery to France"),
};

struct shop_steps {
	const struct scop_value *gone, *changed; /* lists of ids, of maps of id and price */
	const struct scop_value *price;          /* in cents, of the new step; NULL: none */
	const struct scop_value *grams;          /* of the new step */
	struct scop_list *note[NOTES];           /* for the audit trail */
	const char *currency;
};

/* The value of the field "map.key"; NULL if the form does not have it. */
static const struct scop_value *
sent(struct scop_request *req, const char *map, const char *key)
{
	const struct scop_value *fields = scop_field(req, map);

	return scop_type(fields) == SCOP_MAP ? scop_get(fields, key) : NULL;
}

static const char *
typed(struct scop_request *req, const char *map, const char *key)
{
	return scop_as_text(sent(req, map, key));
}

static const char *
key_of(struct scop_request *req, const struct scop_value *step)
{
	return scop_as_text(scop_make_text(req, "%lld", (long long)scop_int(step, "id")));
}

static const char *
field_of(struct scop_request *req, const char *key)
{
	return scop_as_text(scop_make_text(req, "price.%s", key));
}

/* ---- showing the page ---- */

static const struct scop_value *
shown(struct scop_request *req, const struct scop_value *step)
{
	const char *key = key_of(req, step);
	const struct scop_value *price = sent(req, "price", key);

	return scop_map_of(req, "id", scop_get(step, "id"), "country", scop_get(step, "country"),
	    "up_to", shop_weight(req, scop_int(step, "up_to_grams")), "price",
	    price ? price : scop_get(step, "price"), "error",
	    scop_rejection(req, field_of(req, key)), "remove",
	    scop_make_bool(req, typed(req, "remove", key)[0] != '\0'), NULL);
}

void
shop_put_steps(struct scop_request *req, const struct scop_value *found)
{
	struct scop_list *rows = scop_list_new(req);

	for (size_t i = 0; i < scop_count(found); i++)
		scop_list_push(rows, shown(req, scop_at(found, i)));
	scop_put(req, "steps", scop_list_done(rows));
	scop_put(req, "any_step", scop_make_bool(req, scop_count(found) > 0));
	scop_put(req, "new_price", scop_make_text(req, "%s", typed(req, "price", "new")));
	scop_put(req, "new_price_error", scop_rejection(req, "price.new"));
}

/* ---- saving ---- */

/* The price typed for `key`, in cents; rejected if it is not a price. */
static const struct scop_value *
price_of(struct scop_request *req, const char *key)
{
	int64_t cents = 0;

	if (shop_number(typed(req, "price", key), '\0', 2, &cents) == SHOP_NUMBER_OK &&
	    cents <= CENTS_MAX)
		return scop_make_int(req, cents);
	scop_reject_with(req, field_of(req, key), scop_translate(req, "Price"),
	    SCOP_TEXT("This is not an amount such as 12.50."), NULL);
	return NULL;
}

/* A weight for the audit trail, which each reader sees in their language. */
static const struct scop_value *
noted_weight(struct scop_request *req, const struct scop_value *grams)
{
	const int64_t number = scop_as_int(grams);
	int64_t thousandths = number;
	uint8_t scale = 3;

	if (number < 1000)
		return scop_make_message(req, "{{weight}} g",
		    scop_map_of(req, "weight", scop_make_int(req, number), NULL));
	for (; scale > 0 && thousandths % 10 == 0; scale--)
		thousandths /= 10;
	return scop_make_message(req, "{{weight}} kg",
	    scop_map_of(req, "weight", scop_make_number(req, thousandths, scale), NULL));
}

/* Adds "2 kg: €6.50" to the country's entry; of a step that is removed, its weight alone. */
static void
note(struct scop_request *req, struct shop_steps *steps, const struct scop_value *country,
    const struct scop_value *grams, const struct scop_value *cents)
{
	const bool france = strcmp(scop_as_text(country), "FR") == 0;
	const struct scop_value *weight = noted_weight(req, grams);

	if (cents)
		scop_list_push(steps->note[france ? CHANGED_FR : CHANGED_BE],
		    scop_make_message(req, "{{weight}}: {{price}}",
			scop_map_of(req, "weight", weight, "price",
			    scop_make_money(req, scop_as_int(cents), steps->currency), NULL)));
	else
		scop_list_push(steps->note[france ? REMOVED_FR : REMOVED_BE], weight);
}

/* A new step is given if its weight or price is. */
static void
read_new(struct scop_request *req, struct shop_steps *steps, size_t count)
{
	const struct scop_value *weight = scop_field(req, "weight");

	if (!weight && !typed(req, "price", "new")[0])
		return;
	int64_t grams = 0;

	if (!weight)
		scop_reject(req, "weight", "Please fill this in.");
	else if (!shop_weight_parse(scop_as_text(weight), SHOP_GRAMS_MAX, &grams) || grams == 0)
		scop_reject(req, "weight", "Please enter a weight such as 800 g or 1.25 kg.");
	if (!scop_field(req, "to"))
		scop_reject(req, "to", "Please choose one from the list.");
	if (count >= STEPS_MAX)
		scop_reject(req, "weight",
		    "There are at most 100 prices. Please remove one first.");
	steps->price = price_of(req, "new");
	steps->grams = scop_make_int(req, grams);
	if (!scop_rejected(req))
		note(req, steps, scop_field(req, "to"), steps->grams, steps->price);
}

struct shop_steps *
shop_steps_read(struct scop_request *req, const struct scop_value *held)
{
	struct shop_steps *steps = scop_alloc(req, sizeof *steps);
	struct scop_list *gone = scop_list_new(req), *changed = scop_list_new(req);

	steps->currency = shop_currency_of(held, "price");
	for (size_t i = 0; i < NOTES; i++)
		steps->note[i] = scop_list_new(req);
	for (size_t i = 0; i < scop_count(held); i++) {
		const struct scop_value *step = scop_at(held, i), *id = scop_get(step, "id");
		const char *key = key_of(req, step);
		const bool goes = typed(req, "remove", key)[0] != '\0';
		const struct scop_value *cents =
		    !goes && sent(req, "price", key) ? price_of(req, key) : NULL;

		if (goes)
			scop_list_push(gone, id);
		else if (cents && scop_as_int(cents) != scop_int(step, "price"))
			scop_list_push(changed, scop_map_of(req, "id", id, "price", cents, NULL));
		else
			continue;
		note(req, steps, scop_get(step, "country"), scop_get(step, "up_to_grams"), cents);
	}
	steps->gone = scop_list_done(gone);
	steps->changed = scop_list_done(changed);
	read_new(req, steps, scop_count(held) - scop_count(steps->gone));
	return steps;
}

/* Each entry has the first changes: a form has at most a few. */
static void
note_all(struct scop_request *req, const char *text, const struct scop_value *changes)
{
	struct scop_list *first = scop_list_new(req);

	for (size_t i = 0; i < scop_count(changes) && i < NOTED_MAX; i++)
		scop_list_push(first, scop_at(changes, i));
	if (scop_count(changes) > 0)
		scop_audit(req, text, scop_list_done(first));
}

void
shop_steps_write(struct scop_request *req, const struct shop_steps *steps)
{
	scop_write(req, steps_remove(steps->gone));
	scop_write(req, steps_set(steps->changed));
	/* an existing country and weight gets the new price */
	if (steps->price)
		scop_write(req, step_put(scop_field(req, "to"), steps->grams, steps->price));
	for (size_t i = 0; i < NOTES; i++)
		note_all(req, note_texts[i], scop_list_done(steps->note[i]));
}
