/* SPDX-License-Identifier: EUPL-1.2 */
/* Choosing versions: what fits together, what stays, and how a refusal explains itself. */
#include "../with_arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/value.h"
#include "package/solve.h"

enum { MANY = 60 };

static struct scop_candidate pool[500];
static size_t pool_count;
static struct scop_solution solution;
static struct scop_error err;

/* "shop 1.4.0 beta installed: invoices ^2, stock *" */
static void
offer(const char *line)
{
	static const char beta[] = "beta", installed[] = "installed", withdrawn[] = "withdrawn";
	char *text = scop_arena_text(arena, line), *needs = strchr(text, ':'), *save;
	struct scop_candidate *one = &pool[pool_count++];
	struct scop_need *list = scop_arena_alloc(arena, 20 * sizeof *list);

	if (needs)
		*needs++ = '\0';
	*one = (struct scop_candidate){ .module = strtok_r(text, " ", &save), .needs = list };
	assert_true(scop_version_parse(strtok_r(NULL, " ", &save), &one->version));
	for (char *word; (word = strtok_r(NULL, " ", &save));) {
		one->beta |= strcmp(word, beta) == 0;
		one->installed |= strcmp(word, installed) == 0;
		if (strcmp(word, withdrawn) == 0)
			one->unfit = "3.0.0 was withdrawn";
	}
	for (char *need = needs ? strtok_r(needs, ",", &save) : NULL; need;
	     need = strtok_r(NULL, ",", &save)) {
		need += strspn(need, " ");
		char *range = strchr(need, ' ');
		*range++ = '\0';
		list[one->need_count++] = (struct scop_need){ need, range };
	}
}

/* The steps as text, or "" with the reason in `err`. */
static const char *
ask(const char *module, const char *range, bool beta)
{
	const struct scop_problem problem = { pool, pool_count, module, range, beta };
	char *text = scop_arena_alloc(arena, 4000);

	err.text[0] = '\0';
	if (!scop_solve(arena, &problem, &solution, &err))
		return "";
	for (size_t i = 0; i < solution.count; i++)
		sprintf(text + strlen(text), "%s%s %u.%u.%u", i ? ", " : "",
		    solution.steps[i]->module, solution.steps[i]->version.major,
		    solution.steps[i]->version.minor, solution.steps[i]->version.patch);
	return text;
}

static int
tmp(void **state)
{
	pool_count = 0;
	return begin(state);
}

static void
the_newest_that_is_for_everybody_is_taken(void **state)
{
	(void)state;
	offer("shop 1.4.0");
	offer("shop 1.10.0");
	offer("shop 1.9.0");
	offer("shop 2.0.0 beta");
	offer("shop 1.11.0 withdrawn");
	assert_string_equal(ask("shop", "*", false), "shop 1.10.0");
	assert_string_equal(ask("shop", "*", true), "shop 2.0.0");
	assert_string_equal(ask("shop", "~1.4", false), "shop 1.4.0");
}

static void
what_is_needed_comes_first_and_once(void **state)
{
	(void)state;
	offer("shop 1.0.0: invoices ^1, stock ^1");
	offer("invoices 1.2.0: ledger ^1");
	offer("stock 1.0.0: ledger >=1.1");
	offer("ledger 1.0.0");
	offer("ledger 1.3.0");
	assert_string_equal(ask("shop", "*", false),
	    "ledger 1.3.0, invoices 1.2.0, stock 1.0.0, shop 1.0.0");
}

static void
what_the_tenant_has_stays_where_it_fits(void **state)
{
	(void)state;
	offer("shop 1.0.0: invoices ^1");
	offer("invoices 1.2.0 installed");
	offer("invoices 1.2.0");
	offer("invoices 1.9.0");
	assert_string_equal(ask("shop", "*", false), "shop 1.0.0");
	assert_string_equal(ask("invoices", "*", false), "invoices 1.9.0");
	offer("shop 1.1.0: invoices ^1.5");
	assert_string_equal(ask("shop", "*", false), "invoices 1.9.0, shop 1.1.0");
}

static void
a_refusal_explains_itself(void **state)
{
	(void)state;
	offer("shop 1.4.0: invoices >=2");
	offer("invoices 1.9.0 installed");
	offer("invoices 2.0.0 beta");
	assert_string_equal(ask("shop", "*", false), "");
	assert_string_equal(err.text,
	    "shop 1.4.0 needs invoices >=2: this tenant has 1.9.0; 2.0.0 is beta");
	assert_string_equal(ask("shop", "*", true), "invoices 2.0.0, shop 1.4.0");
	assert_string_equal(ask("cars", "*", false), "");
	assert_string_equal(err.text,
	    "asked for cars *: there is no module 'cars' in the catalogue");
	assert_string_equal(ask("shop", "^2", false), "");
	assert_string_equal(err.text, "asked for shop ^2: the catalogue has no such version");
	assert_string_equal(ask("shop", "newest", false), "");
	assert_non_null(strstr(err.text, "'newest' is not a range"));
	offer("shop 3.0.0 withdrawn");
	assert_string_equal(ask("shop", "^3", false), "");
	assert_string_equal(err.text, "asked for shop ^3: 3.0.0 was withdrawn");
}

static void
an_upgrade_does_not_break_who_needs_the_old_one(void **state)
{
	(void)state;
	offer("invoices 1.0.0 installed");
	offer("invoices 2.0.0");
	offer("shop 1.0.0 installed: invoices ^1");
	assert_string_equal(ask("invoices", "^2", false), "");
	assert_string_equal(err.text,
	    "asked for invoices ^2: this tenant has 1.0.0; shop 1.0.0, which is installed, needs "
	    "invoices ^1, not 2.0.0");
}

static void
a_dead_end_is_left_for_an_older_version(void **state)
{
	(void)state;
	offer("shop 2.0.0: invoices ^3");
	offer("shop 1.0.0: invoices ^1");
	offer("invoices 1.0.0");
	assert_string_equal(ask("shop", "*", false), "invoices 1.0.0, shop 1.0.0");
	/* The newest stock wants a ledger that the newest invoices do not: a brother's choice is
	 * taken back too. */
	offer("site 1.0.0: news *, stock *");
	offer("news 2.0.0: ledger ^2");
	offer("news 1.0.0: ledger ^1");
	offer("stock 1.0.0: ledger ^1");
	offer("ledger 1.0.0");
	offer("ledger 2.0.0");
	assert_string_equal(ask("site", "*", false),
	    "ledger 1.0.0, news 1.0.0, stock 1.0.0, site 1.0.0");
}

static void
modules_that_need_each_other_end(void **state)
{
	(void)state;
	offer("shop 1.0.0: stock ^1");
	offer("stock 1.0.0: shop ^1");
	assert_string_equal(ask("shop", "*", false), "stock 1.0.0, shop 1.0.0");
	offer("self 1.0.0: self ^2");
	assert_string_equal(ask("self", "*", false), "");
}

static void
hopeless_ones_end_too(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++)
		for (int v = 0; v < 8; v++)
			offer(scop_arena_printf(arena, "m%d %d.0.0: m%d *, x ^%d", i, v + 1, i + 1,
			    i + 1));
	offer("m8 1.0.0");
	offer("x 1.0.0");
	assert_string_equal(ask("m0", "*", false), "");
	for (int i = 0; i < MANY + 10; i++)
		offer(scop_arena_printf(arena, "deep%d 1.0.0: deep%d *", i, i + 1));
	assert_string_equal(ask("deep0", "*", false), "");
}

/* Gives the last module that was offered what it offers, uses, accepts and sends. */
static void
with(const char *contracts)
{
	pool[pool_count - 1].contracts = scop_json_parse(arena, contracts, strlen(contracts), &err);
	assert_non_null(pool[pool_count - 1].contracts);
}

#define COLUMNS(more) "\"columns\":[{\"name\":\"id\",\"type\":\"integer\"}" more "]"
#define MAIL ",{\"name\":\"mail\",\"type\":\"text\"}"
#define OFFERS(more) \
	"{\"offers\":[{\"view\":\"ledger__book_1\",\"read\":\"book\",\"version\":1," COLUMNS( \
	    more) "}]}"
#define USES(optional, more) \
	"{\"uses\":[{\"view\":\"ledger__book_1\",\"module\":\"ledger\",\"read\":\"book\"," \
	"\"version\":1,\"optional\":" optional "," COLUMNS(more) "}]}"
#define GIVEN(more) "\"given\":[{\"name\":\"sum\",\"type\":\"money\",\"optional\":false}" more "]"
#define COMMAND(kind, more) \
	"{\"" kind "\":[{\"command\":\"ledger:post_1\",\"module\":\"ledger\",\"name\":\"post\"," \
	"\"version\":1,\"optional\":true," GIVEN(more) "}]}"
#define DAY(optional) ",{\"name\":\"day\",\"type\":\"date\",\"optional\":" optional "}"

static void
a_version_that_lacks_what_another_uses_is_passed_over(void **state)
{
	(void)state;
	offer("shop 1.0.0: ledger ^1");
	with(USES("false", MAIL));
	offer("ledger 1.0.0");
	with(OFFERS(""));
	offer("ledger 1.1.0");
	with(OFFERS(MAIL));
	offer("ledger 1.2.0");
	assert_string_equal(ask("shop", "*", false), "ledger 1.1.0, shop 1.0.0");
	pool[2].unfit = "1.1.0 was withdrawn";
	assert_string_equal(ask("shop", "*", false), "");
	assert_non_null(strstr(err.text,
	    "shop 1.0.0, which would also be installed, uses its 'book' in version 1, not as 1.2.0 "
	    "has it"));
}

static void
what_is_installed_keeps_what_it_uses(void **state)
{
	(void)state;
	offer("shop 1.0.0 installed");
	with(USES("true", ""));
	offer("ledger 1.0.0 installed");
	with(OFFERS(""));
	offer("ledger 1.1.0");
	with(OFFERS(MAIL));
	offer("ledger 2.0.0");
	assert_string_equal(ask("ledger", "*", false), "ledger 1.1.0");
	assert_string_equal(ask("ledger", "=2.0.0", false), "");
	assert_non_null(strstr(err.text,
	    "shop 1.0.0, which is installed, uses its 'book' in version 1, not as 2.0.0 has it"));
}

static void
what_is_used_optionally_is_brought_along_only_where_it_is(void **state)
{
	(void)state;
	offer("shop 1.0.0");
	with(COMMAND("sends", ""));
	offer("ledger 2.0.0");
	with(COMMAND("accepts", ""));
	assert_string_equal(ask("shop", "*", false), "shop 1.0.0");
	offer("ledger 1.0.0 installed");
	assert_string_equal(ask("shop", "*", false), "ledger 2.0.0, shop 1.0.0");
	pool[1].contracts = NULL;
	assert_string_equal(ask("shop", "*", false), "");
}

static void
a_command_has_to_be_given_what_it_requires(void **state)
{
	(void)state;
	offer("shop 1.0.0: ledger *");
	with(COMMAND("sends", ""));
	offer("ledger 1.0.0");
	with(COMMAND("accepts", DAY("false")));
	assert_string_equal(ask("shop", "*", false), "");
	with(COMMAND("accepts", DAY("true")));
	assert_string_equal(ask("shop", "*", false), "ledger 1.0.0, shop 1.0.0");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, tmp, end)
	const struct CMUnitTest tests[] = {
		CASE(the_newest_that_is_for_everybody_is_taken),
		CASE(what_is_needed_comes_first_and_once),
		CASE(what_the_tenant_has_stays_where_it_fits),
		CASE(a_refusal_explains_itself),
		CASE(an_upgrade_does_not_break_who_needs_the_old_one),
		CASE(a_dead_end_is_left_for_an_older_version),
		CASE(a_version_that_lacks_what_another_uses_is_passed_over),
		CASE(what_is_installed_keeps_what_it_uses),
		CASE(what_is_used_optionally_is_brought_along_only_where_it_is),
		CASE(a_command_has_to_be_given_what_it_requires),
		CASE(modules_that_need_each_other_end),
		CASE(hopeless_ones_end_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
