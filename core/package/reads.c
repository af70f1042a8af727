/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads of the socle: see reads.h. */
#include "package/reads.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "package/grants.h"
#include "package/manifest.h"
#include "package/statement.h"

#define SOCLE '\x01' /* SCOP_SOCLE_MARK of data/db.h, which the linter does without */

const struct scop_socle_read scop_reads[] = {
	{ "member", "id,language,mail,name,zone" },
	{ "member_role", NULL },
	{ "role", "module,name,title" },
	{ "menu", NULL },
	{ "message", NULL },
	{ "job", NULL },         /* the module's own */
	{ "dead_job", NULL },    /* the module's own */
	{ "own_setting", NULL }, /* the module's own */
	{ NULL, NULL },
};

bool
scop_reads_bind(unsigned asks)
{
	return !(asks & (SCOP_GRANT_PORTAL | SCOP_GRANT_WRITES));
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t
word_length(const char *at)
{
	size_t length = 0;

	while (is_word(at[length]))
		length++;
	return length;
}

static bool
is(const char *at, const char *word)
{
	const size_t length = word_length(at);

	return length == strlen(word) && strncasecmp(at, word, length) == 0;
}

/* "t42" or "t42_shop", as the databases of tenants are called. */
static bool
is_database(const char *at)
{
	size_t digits = 0;

	if (*at != 't' && *at != 'T')
		return false;
	while (isdigit((unsigned char)at[1 + digits]))
		digits++;
	return digits > 0 && (at[1 + digits] == '_' || !is_word(at[1 + digits]));
}

/* Behind a string, which begins at `at`; a name in backticks is no string. */
static const char *
skip_string(const char *at)
{
	const char *end = strchr(at + 1, *at);

	return end ? end + 1 : at + strlen(at);
}

/* The parts of a statement that decide, outside its strings. */
struct seen {
	bool locks;           /* FOR UPDATE, LOCK IN SHARE MODE */
	bool socle;           /* names a table of the socle */
	bool contract;        /* reads of another module */
	const char *database; /* names "t42." itself */
	const char *refused;  /* names a table of the socle that modules may not read */
	const char *unused;   /* names a read of another module that the manifest does not */
};

static bool
may_read(const char *table)
{
	for (const struct scop_socle_read *read = scop_reads; read->table; read++)
		if (is(table, read->table))
			return true;
	return false;
}

static void
see_word(struct seen *seen, const char *word, const char *behind)
{
	behind += *behind == '`';
	behind += strspn(behind, " ");
	if (*behind == '.' && is_database(word))
		seen->database = word;
	seen->locks |= (is(word, "FOR") && is(behind, "UPDATE")) || is(word, "LOCK");
}

const char *
scop_reads_view(struct scop_arena *arena, const struct scop_manifest_read *read)
{
	return scop_arena_printf(arena, "%s__%s_%u", read->module, read->name, read->version);
}

static bool
uses(struct scop_arena *arena, const struct scop_manifest *manifest, const char *view)
{
	for (size_t i = 0; i < manifest->use_count; i++)
		if (is(view, scop_reads_view(arena, &manifest->uses[i])))
			return true;
	return false;
}

static void
see_contract(struct scop_arena *arena, const struct scop_manifest *manifest, struct seen *seen,
    const char *behind)
{
	behind += strspn(behind, " .");
	behind += *behind == '`';
	seen->contract = true;
	if (!seen->unused && manifest && !uses(arena, manifest, behind))
		seen->unused = behind;
}

static void
see_socle(struct seen *seen, const char *behind)
{
	behind += strspn(behind, " .");
	behind += *behind == '`';
	seen->socle = true;
	if (!seen->refused && !may_read(behind))
		seen->refused = behind;
}

static struct seen
look_at(struct scop_arena *arena, const struct scop_manifest *manifest, const char *sql)
{
	const size_t contracts = strlen(SCOP_CONTRACTS);
	struct seen seen = { 0 };

	for (const char *at = sql; *at;) {
		const size_t length = word_length(at);

		if (*at == '\'' || *at == '"') {
			at = skip_string(at);
			continue;
		}
		if (length > 0)
			see_word(&seen, at, at + length);
		else if (*at == SOCLE && strncmp(at + 1, SCOP_CONTRACTS, contracts) == 0)
			see_contract(arena, manifest, &seen, at + 1 + contracts);
		else if (*at == SOCLE)
			see_socle(&seen, at + 1);
		at += length > 0 ? length : 1;
	}
	return seen;
}

static const char *
readable(struct scop_arena *arena)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	for (const struct scop_socle_read *read = scop_reads; read->table; read++)
		scop_buffer_printf(&out, "%s%s", out.length ? ", " : "", read->table);
	return scop_buffer_str(&out);
}

const char *
scop_offer_mistake(const char *sql, bool writes)
{
	const struct seen seen = look_at(NULL, NULL, sql);

	if (writes || seen.locks || seen.socle || seen.contract || seen.database ||
	    strchr(sql, '?'))
		return "what a module offers is a plain SELECT without arguments, of its own "
		       "tables "
		       "alone";
	return NULL;
}

const char *
scop_reads_mistake(struct scop_arena *arena, const struct scop_manifest *manifest, const char *sql,
    bool writes)
{
	const struct seen seen = look_at(arena, manifest, sql);
	const bool locks = writes || seen.locks;

	if (seen.refused)
		return scop_arena_printf(arena,
		    "it names socle.%.*s, which a module may not read: of the tables that a "
		    "tenant's modules share, it may read %s",
		    (int)word_length(seen.refused), seen.refused, readable(arena));
	if (seen.unused)
		return scop_arena_printf(arena,
		    "it names contract.%.*s, which module.xml does not use: write <uses> with the "
		    "module, the read and its version",
		    (int)word_length(seen.unused), seen.unused);
	if (locks && seen.contract)
		return "it writes or locks, and reads what another module offers, which locks rows "
		       "of that module: read them first, in a SELECT of its own, and write with "
		       "its values as arguments";
	if (locks && seen.socle)
		return writes
		    ? "it writes and reads socle. in one statement, which locks rows that other "
		      "modules need: read them first, in a SELECT of its own, and write with its "
		      "values as arguments"
		    : "it locks rows of socle., which other modules need: read them in a SELECT "
		      "without FOR UPDATE and LOCK IN SHARE MODE, and lock rows of the module's "
		      "own tables";
	if (locks && seen.database)
		return scop_arena_printf(arena,
		    "it writes or locks, and '%.*s.' may be the name of a tenant's database: "
		    "name the module's own tables without a database, and give an alias of that "
		    "name another one",
		    (int)word_length(seen.database), seen.database);
	return NULL;
}
