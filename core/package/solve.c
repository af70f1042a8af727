/* SPDX-License-Identifier: EUPL-1.2 */
/* Chooses versions by backtracking, newest first: see solve.h. */
#include "package/solve.h"

#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"
#include "package/contract.h"

enum { TRIES_MAX = 20000, REASONS_MAX = 6, GOALS_MAX = 500 };

/* A need of `holder`, or a request of the caller where `holder` is NULL. */
struct goal {
	const struct scop_candidate *holder;
	const char *module, *range;
};

struct search {
	struct scop_arena *arena;
	const struct scop_problem *problem;
	const struct scop_candidate *chosen[SCOP_SOLVE_MAX];
	size_t count;
	struct goal goals[GOALS_MAX + 1];
	size_t goal_count;
	unsigned tries;
	bool explained; /* the first failure counts: it concerns the newest version */
	struct scop_error *err;
};

static const struct scop_candidate *
find_chosen(const struct search *search, const char *module)
{
	for (size_t i = 0; i < search->count; i++)
		if (strcmp(search->chosen[i]->module, module) == 0)
			return search->chosen[i];
	return NULL;
}

static const struct scop_candidate *
find_installed(const struct search *search, const char *module)
{
	for (size_t i = 0; i < search->problem->count; i++)
		if (search->problem->candidates[i].installed &&
		    strcmp(search->problem->candidates[i].module, module) == 0)
			return &search->problem->candidates[i];
	return NULL;
}

static const char *
version_text(struct scop_arena *arena, const struct scop_version *version)
{
	return scop_arena_printf(arena, "%u.%u.%u", version->major, version->minor, version->patch);
}

/* The need of `holder` for `module` which the version does not satisfy. */
static const struct scop_need *
broken_need(const struct scop_candidate *holder, const char *module,
    const struct scop_version *version)
{
	for (size_t i = 0; i < holder->need_count; i++)
		if (strcmp(holder->needs[i].module, module) == 0 &&
		    !scop_range_has(holder->needs[i].range, version))
			return &holder->needs[i];
	return NULL;
}

/* Why a module cannot be used with another: a need, or what it uses (`need` is NULL then). */
struct conflict {
	const struct scop_candidate *module;
	const struct scop_need *need;
	struct scop_contract_gap gap;
};

static bool
conflicts(const struct scop_candidate *holder, const struct scop_candidate *candidate,
    struct conflict *ret_conflict)
{
	*ret_conflict = (struct conflict){ .module = holder,
		.need = broken_need(holder, candidate->module, &candidate->version) };
	return ret_conflict->need ||
	    !scop_contracts_fit(holder->contracts, candidate->module, candidate->contracts,
		&ret_conflict->gap);
}

/* Whether a chosen or remaining module would conflict with the candidate. */
static bool
has_conflict(const struct search *search, const struct scop_candidate *candidate,
    struct conflict *ret_conflict)
{
	for (size_t i = 0; i < search->count; i++)
		if (conflicts(search->chosen[i], candidate, ret_conflict))
			return true;
	for (size_t i = 0; i < search->problem->count; i++) {
		const struct scop_candidate *one = &search->problem->candidates[i];

		if (one->installed && !find_chosen(search, one->module) &&
		    strcmp(one->module, candidate->module) != 0 &&
		    conflicts(one, candidate, ret_conflict))
			return true;
	}
	return false;
}

static const char *
conflict_text(const struct search *search, const struct conflict *conflict,
    const struct scop_candidate *candidate)
{
	const struct scop_candidate *other = conflict->module;
	const char *others = version_text(search->arena, &other->version),
		   *version = version_text(search->arena, &candidate->version);
	const struct scop_contract_gap *gap = &conflict->gap;

	if (conflict->need)
		return scop_arena_say(search->arena,
		    other->installed
			? SCOP_TEXT("%s %s, which is installed, needs %s %s, not %s")
			: SCOP_TEXT("%s %s, which would also be installed, needs %s %s, not %s"),
		    other->module, others, candidate->module, conflict->need->range, version);
	return scop_arena_say(search->arena,
	    other->installed
		? SCOP_TEXT("%s %s, which is installed, uses its '%s' in version %d, not as %s "
			    "has it")
		: SCOP_TEXT("%s %s, which would also be installed, uses its '%s' in version %d, "
			    "not as %s has it"),
	    other->module, others,
	    scop_arena_printf(search->arena, "%s%s%s", scop_contract_name(gap->entry),
		gap->part[0] ? "." : "", gap->part),
	    (int)scop_int(gap->entry, "version"), version);
}

/* The reason why the candidate does not satisfy the goal; NULL if it does. */
static const char *
objection(const struct search *search, const struct scop_candidate *candidate, const char *range)
{
	const char *version = version_text(search->arena, &candidate->version);
	struct conflict conflict;

	if (!scop_range_has(range, &candidate->version))
		return "";
	if (candidate->unfit && !candidate->installed)
		return candidate->unfit;
	if (candidate->beta && !candidate->installed && !search->problem->beta)
		return scop_arena_say(search->arena, "%s is beta", version);
	return has_conflict(search, candidate, &conflict)
	    ? conflict_text(search, &conflict, candidate)
	    : NULL;
}

/* Each reason is a message of its own. */
static void
add_reason(struct scop_buffer *reasons, const char *reason)
{
	scop_buffer_printf(reasons, "%s%s", reasons->length ? "; " : "", reason);
}

/* "shop 1.4.0 needs invoices ^2: this tenant has 1.9.0; 2.0.0 is beta". */
static void
explain(struct search *search, const struct goal *goal)
{
	struct scop_buffer reasons;
	const struct scop_candidate *installed = find_installed(search, goal->module);
	bool known = installed != NULL;
	int count = 0;

	if (search->explained)
		return;
	search->explained = true;
	scop_buffer_init(&reasons, search->arena);
	if (installed)
		add_reason(&reasons,
		    scop_arena_say(search->arena, "this tenant has %s",
			version_text(search->arena, &installed->version)));
	for (size_t i = 0; i < search->problem->count; i++) {
		const struct scop_candidate *one = &search->problem->candidates[i];

		if (strcmp(one->module, goal->module) != 0)
			continue;
		known = true;
		const char *why = objection(search, one, goal->range);
		if (why && *why && ++count < REASONS_MAX)
			add_reason(&reasons, why);
	}
	if (!known)
		add_reason(&reasons,
		    scop_arena_say(search->arena, "there is no module '%s' in the catalogue",
			goal->module));
	else if (reasons.length == 0)
		add_reason(&reasons,
		    scop_arena_say(search->arena, "the catalogue has no such version"));
	if (goal->holder)
		scop_error_set(search->err, "%s %s needs %s %s: %s", goal->holder->module,
		    version_text(search->arena, &goal->holder->version), goal->module, goal->range,
		    scop_buffer_str(&reasons));
	else
		scop_error_set(search->err, "asked for %s %s: %s", goal->module, goal->range,
		    scop_buffer_str(&reasons));
}

/* The next usable version lower than `below` (NULL: the highest); of two equal versions the
 * installed one. */
static const struct scop_candidate *
next_lower(const struct search *search, const struct goal *goal, const struct scop_version *below)
{
	const struct scop_candidate *best = NULL;

	for (size_t i = 0; i < search->problem->count; i++) {
		const struct scop_candidate *one = &search->problem->candidates[i];

		if (strcmp(one->module, goal->module) != 0 ||
		    (below && scop_version_compare(&one->version, below) >= 0))
			continue;
		const int order = best ? scop_version_compare(&one->version, &best->version) : 1;
		if ((order > 0 || (order == 0 && one->installed)) &&
		    !objection(search, one, goal->range))
			best = one;
	}
	return best;
}

static bool satisfy(struct search *search, size_t number);

/* Modules that it uses optionally, at most. */
static size_t
uses_of(const struct scop_candidate *candidate)
{
	return scop_count(scop_get(candidate->contracts, "uses")) +
	    scop_count(scop_get(candidate->contracts, "sends"));
}

static bool
is_needed(const struct scop_candidate *candidate, const char *module)
{
	for (size_t i = 0; i < candidate->need_count; i++)
		if (strcmp(candidate->needs[i].module, module) == 0)
			return true;
	return false;
}

/* An optional module that the tenant has must fit as well: in any version that does. */
static void
add_optional(struct search *search, const struct scop_candidate *candidate)
{
	static const char *const kinds[] = { "uses", "sends" };

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		const struct scop_value *uses = scop_get(candidate->contracts, kinds[k]);

		for (size_t i = 0; i < scop_count(uses); i++) {
			const char *module = scop_text(scop_at(uses, i), "module");

			if (!is_needed(candidate, module) &&
			    (find_installed(search, module) || find_chosen(search, module)))
				search->goals[search->goal_count++] =
				    (struct goal){ candidate, module, "*" };
		}
	}
}

/* Chooses the candidate for the goal, adds its needs to the goals, and goes on; backtracks on
 * failure. */
static bool
try_one(struct search *search, size_t number, const struct scop_candidate *candidate)
{
	const size_t chosen = search->count, goals = search->goal_count;

	if (++search->tries > TRIES_MAX || chosen == SCOP_SOLVE_MAX ||
	    goals + candidate->need_count + uses_of(candidate) > GOALS_MAX)
		return false;
	search->chosen[search->count++] = candidate;
	add_optional(search, candidate);
	for (size_t i = 0; i < candidate->need_count; i++)
		search->goals[search->goal_count++] = (struct goal){ candidate,
			candidate->needs[i].module, candidate->needs[i].range };
	if (satisfy(search, number + 1))
		return true;
	search->count = chosen;
	search->goal_count = goals;
	return false;
}

/* Satisfies all goals from `number` on. An ordered module gets the newest version; its dependencies
 * keep the tenant's version if that satisfies the goal. */
static bool
satisfy(struct search *search, size_t number)
{
	const struct goal *goal = &search->goals[number];

	if (number == search->goal_count)
		return true;
	const struct scop_candidate *there = find_chosen(search, goal->module),
				    *installed = find_installed(search, goal->module);
	struct conflict conflict;

	if (there && scop_range_has(goal->range, &there->version) &&
	    (!goal->holder || !conflicts(goal->holder, there, &conflict)))
		return satisfy(search, number + 1);
	if (!there && number > 0 && installed && !objection(search, installed, goal->range) &&
	    try_one(search, number, installed))
		return true;
	for (const struct scop_candidate *one = there ? NULL : next_lower(search, goal, NULL); one;
	     one = next_lower(search, goal, &one->version))
		if (try_one(search, number, one))
			return true;
	explain(search, goal);
	return false;
}

/* Whether it needs the module, or uses something of it. */
static bool
depends_on(const struct scop_candidate *one, const char *module)
{
	struct scop_contract_gap ignored;

	return is_needed(one, module) ||
	    !scop_contracts_fit(one->contracts, module, NULL, &ignored);
}

/* Sorts by dependency: a chosen module follows those that it needs or uses. */
static void
put_in_order(const struct search *search, const struct scop_candidate *one, bool *placed,
    struct scop_solution *solution)
{
	for (size_t i = 0; i < search->count; i++)
		if (search->chosen[i] == one) {
			if (placed[i])
				return;
			placed[i] = true;
		}
	for (size_t i = 0; i < search->count; i++)
		if (depends_on(one, search->chosen[i]->module))
			put_in_order(search, search->chosen[i], placed, solution);
	if (!one->installed)
		solution->steps[solution->count++] = one;
}

bool
scop_solve(struct scop_arena *arena, const struct scop_problem *problem,
    struct scop_solution *ret_solution, struct scop_error *err)
{
	struct search search = { .arena = arena,
		.problem = problem,
		.err = err,
		.goal_count = 1,
		.goals = { { NULL, problem->module, problem->range } } };
	bool placed[SCOP_SOLVE_MAX] = { false };

	ret_solution->count = 0;
	if (!scop_range_valid(problem->range))
		return scop_error_set(err,
		    "'%.40s' is not a range of versions; write '^1.4', '>=2 <3' or '1.4.0'",
		    problem->range);
	if (!satisfy(&search, 0))
		return false;
	put_in_order(&search, find_chosen(&search, problem->module), placed, ret_solution);
	return true;
}
