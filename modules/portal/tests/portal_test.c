/* SPDX-License-Identifier: EUPL-1.2 */
/* The portal's handlers: members, roles, orders of modules, the activity log, signing in; what they
 * store, refuse and log. */
#include <scopiton/test.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

static const char members_may[] = "portal.members portal.audit portal.modules portal.settings";

/* The newest entry of the activity log. */
static const struct scop_value *
last_noted(struct scop_test *test)
{
	const struct scop_value *entries = scop_test_audit(test);

	return scop_at(entries, scop_count(entries) - 1);
}

static void
is_noted(struct scop_test *test, const char *name, const char *text, const char *about)
{
	const struct scop_value *entry = last_noted(test);

	assert_string_equal(scop_text(entry, "name"), name);
	assert_string_equal(scop_text(entry, "text"), text);
	assert_string_equal(scop_text(entry, "about"), about);
}

/* ---- members ---- */

static int
invite(struct scop_test *test, const char *name, const char *mail, const char *role)
{
	scop_test_field(test, "name", name);
	scop_test_field(test, "mail", mail);
	scop_test_field(test, "role", role);
	return scop_test_ask(test, "invite");
}

/* A role without permissions, which anybody may give. */
static void
add_helpers(struct scop_test *test)
{
	scop_test_sql(test, "INSERT INTO socle.role (name, title) VALUES ('helpers', 'Helpers')");
}

static void
an_invited_member_gets_a_mail_and_is_on_the_list(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", members_may);
	add_helpers(test);
	assert_int_equal(invite(test, "Zoé", "zoe@example.org", "helpers"), 303);
	assert_string_equal(scop_test_location(test), "/portal/members");
	assert_int_equal(scop_count(scop_test_mails(test)), 1);
	assert_string_equal(scop_text(scop_at(scop_test_mails(test), 0), "to"), "zoe@example.org");
	is_noted(test, "Ada", "Invited a member", "zoe@example.org");
	assert_int_equal(scop_test_ask(test, "members"), 200);
	assert_non_null(strstr(scop_test_page(test), "Zoé"));
	assert_non_null(strstr(scop_test_page(test), "is on its way"));
	assert_int_equal(invite(test, "Zoé again", "zoe@example.org", "helpers"), 422);
	assert_string_equal(scop_test_refusal(test, "mail"),
	    "Someone with this address is already a member.");
	assert_int_equal(invite(test, "Max", "max@example.org", "nothing"), 422);
	assert_non_null(scop_test_refusal(test, "role"));
	assert_int_equal(invite(test, "", "zoe@example.org", "nothing"), 422);
	assert_non_null(scop_test_refusal(test, "name"));
	assert_non_null(scop_test_refusal(test, "mail"));
	assert_non_null(scop_test_refusal(test, "role"));
}

static void
nobody_gives_a_role_with_more_permissions_than_their_own(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", "portal.members");
	add_helpers(test);
	scop_test_sql(test,
	    "INSERT INTO socle.role_permission (role, permission) VALUES ('helpers', "
	    "'portal.modules')");
	assert_int_equal(invite(test, "Max", "max@example.org", "helpers"), 422);
	assert_string_equal(scop_test_refusal(test, "role"),
	    "You cannot give permissions that you do not have yourself.");
	assert_int_equal(scop_count(scop_test_mails(test)), 0);
}

/* Adds a member with this role; returns the id. */
static const char *
add_member(struct scop_test *test, const char *name, const char *role)
{
	static char id[20];

	scop_test_sql(test,
	    "INSERT INTO socle.member (name, mail, language) VALUES ('%s', '%s@example.org', 'en')",
	    name, name);
	const struct scop_value *found =
	    scop_test_sql_value(test, "SELECT id FROM socle.member WHERE name = '%s'", name);
	snprintf(id, sizeof id, "%lld", (long long)scop_as_int(found));
	scop_test_sql(test, "INSERT INTO socle.member_role (member, role) VALUES (%s, '%s')", id,
	    role);
	return id;
}

static void
the_last_owner_stays(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", members_may);
	add_helpers(test);
	scop_test_sql(test, "DELETE FROM socle.role_permission WHERE role = 'owner'");
	scop_test_sql(test, "DELETE FROM socle.member_role WHERE role = 'owner'");
	const char *owner = add_member(test, "Olga", "owner");
	scop_test_part(test, "member", owner);
	scop_test_field(test, "sure", "1");
	assert_int_equal(scop_test_ask(test, "member-remove"), 422);
	assert_string_equal(scop_test_refusal(test, "role"),
	    "This is the last owner. Make someone else an owner first.");
	assert_int_equal(scop_as_int(scop_test_sql_value(test,
			     "SELECT COUNT(*) FROM socle.member WHERE name = 'Olga'")),
	    1);
}

static void
a_member_is_removed_after_the_question(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", members_may);
	add_helpers(test);
	const char *member = add_member(test, "Max", "helpers");
	scop_test_part(test, "member", member);
	assert_int_equal(scop_test_ask(test, "member-remove"), 200);
	assert_string_equal(scop_test_view(test), "sure_member");
	scop_test_part(test, "member", member);
	scop_test_field(test, "sure", "1");
	assert_int_equal(scop_test_ask(test, "member-remove"), 303);
	is_noted(test, "Ada", "Removed a member", "Max");
	assert_null(scop_test_sql_value(test, "SELECT id FROM socle.member WHERE name = 'Max'"));
}

static void
a_changed_role_is_noted_by_its_title(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", members_may);
	add_helpers(test);
	scop_test_sql(test, "INSERT INTO socle.role (name, title) VALUES ('r_x_ab', 'Readers')");
	const char *member = add_member(test, "Max", "helpers");
	scop_test_part(test, "member", member);
	assert_int_equal(scop_test_ask(test, "member"), 200);
	const char *seen = scop_as_text(scop_test_model(test, "seen"));
	scop_test_part(test, "member", member);
	scop_test_field(test, "seen", seen);
	scop_test_field(test, "role", "r_x_ab");
	assert_int_equal(scop_test_ask(test, "member-role"), 303);
	is_noted(test, "Ada", "Changed a member's role", "Max: Readers");
	scop_test_part(test, "member", member);
	scop_test_field(test, "seen", seen);
	scop_test_field(test, "role", "helpers");
	assert_int_equal(scop_test_ask(test, "member-role"), 422);
}

/* ---- roles ---- */

static void
a_role_gets_only_permissions_that_its_author_has(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", "portal.members portal.audit");
	scop_test_field(test, "title", "Readers");
	assert_int_equal(scop_test_ask(test, "add-role"), 303);
	is_noted(test, "Ada", "Added a role", "Readers");
	const char *role = scop_as_text(
	    scop_test_sql_value(test, "SELECT name FROM socle.role WHERE title = 'Readers'"));
	scop_test_part(test, "role", role);
	assert_int_equal(scop_test_ask(test, "one-role"), 200);
	const char *seen = scop_as_text(scop_test_model(test, "seen"));
	scop_test_part(test, "role", role);
	scop_test_field(test, "seen", seen);
	scop_test_field(test, "may.portal.keys", "1");
	assert_int_equal(scop_test_ask(test, "save-role"), 422);
	assert_non_null(scop_test_refusal(test, "role"));
	scop_test_part(test, "role", role);
	scop_test_field(test, "seen", seen);
	scop_test_field(test, "may.portal.audit", "1");
	assert_int_equal(scop_test_ask(test, "save-role"), 303);
	is_noted(test, "Ada", "Changed a role", "Readers, + See the activity log");
	scop_test_part(test, "role", role);
	scop_test_field(test, "seen", seen);
	assert_int_equal(scop_test_ask(test, "save-role"), 422);
}

/* ---- orders of modules, settings ---- */

static void
a_module_that_is_not_offered_cannot_be_ordered_or_set(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", members_may);
	assert_int_equal(scop_test_ask(test, "modules"), 200);
	scop_test_part(test, "module", "nothing");
	scop_test_field(test, "kind", "install");
	assert_int_equal(scop_test_ask(test, "order-module"), 404);
	scop_test_part(test, "module", "nothing");
	assert_int_equal(scop_test_ask(test, "settings"), 404);
	scop_test_part(test, "module", "nothing");
	scop_test_field(test, "set.few", "3");
	assert_int_equal(scop_test_ask(test, "save-settings"), 404);
	assert_int_equal(scop_count(scop_test_audit(test)), 0);
}

/* A module on offer, for this price in cents; `on`: the tenant has it, with one setting. */
static void
offer(struct scop_test *test, int cents, bool on)
{
	/* the host's own tables keep what earlier tests wrote */
	scop_test_sql(test, "DELETE FROM scopiton.installer_order WHERE module = 'album'");
	scop_test_sql(test, "DELETE FROM scopiton.subscription WHERE module = 'album'");
	scop_test_sql(test, "DELETE FROM scopiton.package WHERE module = 'album'");
	scop_test_sql(test, "UPDATE scopiton.tenant SET allowance_cents = NULL");
	scop_test_sql(test, "INSERT IGNORE INTO scopiton.module (name) VALUES ('album')");
	scop_test_sql(test,
	    "INSERT INTO scopiton.package (module, version, hash, title, summary, tariff_cents, "
	    "currency) VALUES ('album', '1.0.0', REPEAT('a', 32), 'Album', 'Pictures.', %d, "
	    "'EUR')",
	    cents);
	if (!on)
		return;
	scop_test_sql(test,
	    "INSERT INTO scopiton.subscription (tenant, module, package, database_name, epoch, "
	    "state, root) SELECT 1, 'album', id, 't1_album', 1, 'on', 0 FROM scopiton.package "
	    "WHERE module = 'album'");
	scop_test_sql(test,
	    "INSERT INTO socle.setting_type (module, name, place, type, standard, low, high, "
	    "title) VALUES ('album', 'fee', 1, 'money', '1250', 100, 500000, 'Fee')");
}

static int
order(struct scop_test *test, const char *route, const char *agreed)
{
	scop_test_part(test, "module", "album");
	if (agreed)
		scop_test_field(test, "agreed", agreed);
	return scop_test_ask(test, route);
}

static int64_t
ordered(struct scop_test *test)
{
	return scop_as_int(scop_test_sql_value(test,
	    "SELECT COUNT(*) FROM scopiton.installer_order WHERE module = 'album' AND kind = "
	    "'install'"));
}

static void
a_module_is_ordered_at_the_price_shown_and_once(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", members_may);
	offer(test, 1500, false);
	scop_test_sql(test, "UPDATE scopiton.tenant SET allowance_cents = 2000 WHERE id = 1");
	assert_int_equal(order(test, "install-form", NULL), 200);
	assert_non_null(strstr(scop_test_page(test), "name=\"agreed\" value=\"15.00\""));
	assert_int_equal(order(test, "install", "14.00"), 303);
	assert_string_equal(scop_test_location(test), "/portal/modules/album/install");
	assert_int_equal(ordered(test), 0);
	scop_test_language(test, "fr");
	assert_int_equal(order(test, "install", "15.00"), 303);
	is_noted(test, "Ada", "Installed a module", "Album");
	assert_int_equal(order(test, "install", "15.00"), 303);
	assert_int_equal(ordered(test), 1);
	assert_int_equal(scop_count(scop_test_audit(test)), 1);
}

static void
a_module_beyond_the_allowance_is_not_ordered(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", members_may);
	offer(test, 1500, false);
	assert_int_equal(order(test, "install", "15.00"), 303);
	assert_string_equal(scop_test_location(test), "/portal/modules/album/install");
	assert_int_equal(ordered(test), 0);
}

static int
set_fee(struct scop_test *test, const char *fee, const char *seen)
{
	scop_test_part(test, "module", "album");
	scop_test_field(test, "set.fee", fee);
	scop_test_field(test, "seen", seen);
	return scop_test_ask(test, "save-settings");
}

static void
a_setting_is_checked_saved_and_noted(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", members_may);
	offer(test, 0, true);
	scop_test_part(test, "module", "album");
	assert_int_equal(scop_test_ask(test, "settings"), 200);
	assert_non_null(strstr(scop_test_page(test), "value=\"12.50\""));
	const char *seen = scop_as_text(scop_test_model(test, "seen"));
	assert_int_equal(set_fee(test, "0.50", seen), 422);
	assert_non_null(strstr(scop_test_refusal(test, "set.fee"), "1.00"));
	assert_int_equal(set_fee(test, "7.25", seen), 303);
	is_noted(test, "Ada", "Changed settings", "Album, Fee: 7.25 EUR");
	assert_int_equal(set_fee(test, "8.00", seen), 422);
	assert_string_equal(scop_as_text(scop_test_sql_value(test,
				"SELECT value FROM socle.setting WHERE name = 'fee'")),
	    "725");
}

static void
the_country_is_ordered_once_and_shown_at_once(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", members_may);
	scop_test_field(test, "country", "XX");
	assert_int_equal(scop_test_ask(test, "save-company"), 422);
	for (int i = 0; i < 2; i++) {
		scop_test_field(test, "country", "LU");
		assert_int_equal(scop_test_ask(test, "save-company"), 303);
	}
	is_noted(test, "Ada", "Set the company's country", "LU");
	assert_int_equal(scop_count(scop_test_audit(test)), 1);
	scop_test_language(test, "fr");
	assert_int_equal(scop_test_ask(test, "company"), 200);
	assert_string_equal(scop_as_text(scop_test_model(test, "country")), "LU");
	assert_non_null(strstr(scop_test_page(test), "Saved."));
	assert_int_equal(scop_test_ask(test, "audit"), 200);
	assert_non_null(strstr(scop_test_page(test), "Luxembourg"));
}

/* ---- the activity log ---- */

static void
the_log_shows_entries_in_the_readers_language_and_finds_them(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Ada", members_may);
	add_helpers(test);
	invite(test, "Max", "max@example.org", "helpers");
	invite(test, "Zoé", "zoe@example.org", "helpers");
	scop_test_field(test, "words", "zoe@");
	assert_int_equal(scop_test_ask(test, "audit"), 200);
	assert_int_equal(scop_count(scop_test_model(test, "trail")), 1);
	assert_non_null(strstr(scop_test_page(test), "zoe@example.org"));
	assert_null(strstr(scop_test_page(test), "max@example.org"));
	scop_test_language(test, "de");
	scop_test_sql(test,
	    "INSERT INTO socle.audit (role, name, what, about) VALUES ('t1_portal', 'Ada', "
	    "'Changed the role of', 'Eva: x')");
	scop_test_field(test, "words", "Eva");
	assert_int_equal(scop_test_ask(test, "audit"), 200);
	assert_non_null(strstr(scop_test_page(test), "Hat die Rolle geändert von"));
	scop_test_field(test, "words", "nobody");
	assert_int_equal(scop_test_ask(test, "audit"), 200);
	assert_false(scop_as_bool(scop_test_model(test, "any")));
}

static void
pages_need_their_permission(void **state)
{
	static const char *const routes[] = { "members", "roles", "audit", "keys", "jobs" };
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Max", "portal.settings");
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
		assert_int_equal(scop_test_ask(test, routes[i]), 403);
	scop_test_sign_out(test);
	assert_int_equal(scop_test_ask(test, "members"), 401);
}

/* ---- signing in ---- */

static void
a_page_asked_without_a_session_is_kept_by_the_form(void **state)
{
	struct scop_test *test = *state;

	scop_test_param(test, "HTTP_ACCEPT", "text/html");
	assert_int_equal(scop_test_ask(test, "members"), 303);
	assert_string_equal(scop_test_location(test), "/portal/sign-in?to=%2Fportal%2Fmembers");
	scop_test_field(test, "to", "/portal/members");
	assert_int_equal(scop_test_ask(test, "sign-in-form"), 200);
	assert_non_null(strstr(scop_test_page(test), "name=\"to\" value=\"/portal/members\""));
	scop_test_field(test, "to", "/portal/members");
	scop_test_field(test, "mail", "ada@example.org");
	scop_test_field(test, "password", "wrong password");
	assert_int_equal(scop_test_ask(test, "sign-in"), 200);
	assert_non_null(strstr(scop_test_page(test), "name=\"to\" value=\"/portal/members\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scop_test(an_invited_member_gets_a_mail_and_is_on_the_list),
		scop_test(nobody_gives_a_role_with_more_permissions_than_their_own),
		scop_test(the_last_owner_stays),
		scop_test(a_member_is_removed_after_the_question),
		scop_test(a_changed_role_is_noted_by_its_title),
		scop_test(a_role_gets_only_permissions_that_its_author_has),
		scop_test(a_module_that_is_not_offered_cannot_be_ordered_or_set),
		scop_test(a_module_is_ordered_at_the_price_shown_and_once),
		scop_test(a_module_beyond_the_allowance_is_not_ordered),
		scop_test(a_setting_is_checked_saved_and_noted),
		scop_test(the_country_is_ordered_once_and_shown_at_once),
		scop_test(the_log_shows_entries_in_the_readers_language_and_finds_them),
		scop_test(pages_need_their_permission),
		scop_test(a_page_asked_without_a_session_is_kept_by_the_form),
	};

	return cmocka_run_group_tests(tests, scop_test_start, scop_test_stop);
}
