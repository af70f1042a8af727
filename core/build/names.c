/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-names: generates C from a module's statements, commands, views and translations, so that
 * a slip is a compile error.
 *
 *     scopiton-names <module folder> <output folder> <webroot> [<symbol>]
 *     scopiton-names --words <module folder> <pot file> [--draft]
 *     scopiton-names --shown <module folder> <pot file> <texts.json>
 *
 * The first reads *.sql, module.xml, views/ (*.html) and schemas/ (*.xsd, and those of its folders)
 * of the module and *.mo of the output folder; it writes names.h, names.c, statements.txt and
 * views.pot. With the webroot "-", {{#asset}} is left unchanged, for extracting texts only. The
 * second compares translations with texts (words.h); the third writes the translations of the
 * .pot's texts for the package (package/texts.h). A mistake is printed as file:line:column on
 * standard error, and the exit status is 1.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "build/files.h"
#include "build/shown.h"
#include "build/words.h"
#include "package/manifest.h"
#include "package/statement.h"
#include "view/template.h"

enum { STATEMENTS_MAX = 500 };

static struct scop_arena *arena;

static void
write_c_string(FILE *out, const char *text, size_t length)
{
	fputs("\n\t\"", out);
	for (size_t i = 0; i < length; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c == '\n')
			fputs(i + 1 < length ? "\\n\"\n\t\"" : "\\n", out);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f || c == '?')
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/* ---- statements ---- */

static void
write_function(FILE *header, const struct scop_statement_source *statement)
{
	/* #line makes the compiler's errors name the author's file. */
	fprintf(header,
	    "\n#line %u \"%s\"\nextern const struct scop_statement statement_%s; static inline "
	    "struct scop_query %s(",
	    statement->line, statement->file, statement->name, statement->name);
	for (unsigned i = 0; i < statement->param_count; i++)
		fprintf(header, "%sconst struct scop_value *%s", i ? ", " : "",
		    statement->params[i]);
	fprintf(header, "%s)\n{\n\treturn (struct scop_query){ &statement_%s, {",
	    statement->param_count ? "" : "void", statement->name);
	for (unsigned i = 0; i < statement->arg_count; i++)
		fprintf(header, "%s%s", i ? ", " : " ", statement->params[statement->args[i]]);
	fprintf(header, "%s } };\n}\n", statement->arg_count ? "" : " NULL");
}

static bool
is_c_word(const char *name)
{
	static const char *const words[] = { "alignas", "asm", "auto", "bool", "break", "case",
		"char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
		"false", "float", "for", "goto", "if", "inline", "int", "long", "main", "register",
		"restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch",
		"true", "typedef", "typeof", "union", "unsigned", "void", "volatile", "while" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], name) == 0)
			return true;
	return false;
}

/* Turns a statement into a C function, with its arguments as parameters. */
static void
check_names(const struct scop_statement_source *statements, size_t index)
{
	const struct scop_statement_source *one = &statements[index];

	if (is_c_word(one->name))
		build_die("%s:%u: '%s' is a word of C. Choose another name.", one->file, one->line,
		    one->name);
	for (size_t i = 0; i < index; i++)
		if (strcmp(statements[i].name, one->name) == 0)
			build_die("%s:%u: statement '%s' has the name of the one at %s:%u",
			    one->file, one->line, one->name, statements[i].file,
			    statements[i].line);
	for (unsigned i = 0; i < one->param_count; i++) {
		if (is_c_word(one->params[i]))
			build_die("%s:%u: argument '%s' is a word of C. Choose another name.",
			    one->file, one->line, one->params[i]);
		for (unsigned before = 0; before < i; before++)
			if (strcmp(one->params[before], one->params[i]) == 0)
				build_die("%s:%u: argument '%s' is listed twice", one->file,
				    one->line, one->params[i]);
	}
}

static void
write_statements(const char *folder, FILE *header, FILE *code, FILE *list)
{
	static struct scop_statement_source statements[STATEMENTS_MAX];
	const char *files[BUILD_FILES_MAX];
	const size_t file_count = build_list(arena, folder, ".sql", files);
	size_t count = 0;

	for (size_t i = 0; i < file_count; i++) {
		const char *path = scop_arena_printf(arena, "%s/%s", folder, files[i]);
		struct scop_error err;
		size_t length;
		const char *text = build_read(arena, path, &length);

		if (!scop_statements_parse(arena, path, text, statements, STATEMENTS_MAX, &count,
			&err))
			build_die("%s", err.text);
	}
	for (size_t i = 0; i < count; i++) {
		check_names(statements, i);
		write_function(header, &statements[i]);
		fprintf(code, "\nconst struct scop_statement statement_%s = { \"%s\",",
		    statements[i].name, statements[i].name);
		write_c_string(code, statements[i].sql, strlen(statements[i].sql));
		fprintf(code, ",\n\t%u, %u };\n", statements[i].arg_count, statements[i].writes);
		fprintf(list, "%s\t%u\t%s\n", statements[i].name, statements[i].arg_count,
		    statements[i].sql);
	}
	fputs("\nstatic const struct scop_statement *const statements[] = {\n", code);
	for (size_t i = 0; i < count; i++)
		fprintf(code, "\t&statement_%s,\n", statements[i].name);
	fputs("\tNULL\n};\n", code);
}

/* ---- commands ---- */

/* A type of the manifest, by its constant of scopiton/value.h. */
static const struct {
	const char *name, *constant;
} types[] = { { "text", "SCOP_STRING" }, { "integer", "SCOP_INT" }, { "boolean", "SCOP_BOOL" },
	{ "decimal", "SCOP_NUMBER" }, { "money", "SCOP_MONEY" }, { "date", "SCOP_DATE" },
	{ "time", "SCOP_CLOCK" }, { "datetime", "SCOP_TIME" } };

static const char *
constant_of(const char *type)
{
	size_t i = 0;

	while (i + 1 < sizeof types / sizeof types[0] && strcmp(types[i].name, type) != 0)
		i++;
	return types[i].constant;
}

static void
write_command(FILE *code, const struct scop_manifest_command *command, const char *symbol)
{
	fprintf(code,
	    "\nconst struct scop_command %s = { \"%s\",\n\t(const struct scop_given[]){\n", symbol,
	    scop_command_name(arena, command));
	for (size_t i = 0; i < command->given_count; i++)
		fprintf(code, "\t\t{ \"%s\", %s, %s },\n", command->given[i].name,
		    constant_of(command->given[i].type),
		    command->given[i].optional ? "true" : "false");
	fputs("\t\t{ 0 } } };\n", code);
}

/* The function that sends it. */
static void
write_sender(FILE *header, const struct scop_manifest_command *command, const char *file,
    const char *symbol)
{
	const char *function = symbol + strlen("sends_");

	fprintf(header,
	    "\nextern const struct scop_command %s; static inline void %s(struct scop_request *req",
	    symbol, function);
	for (size_t i = 0; i < command->given_count; i++) {
		const char *name = command->given[i].name;

		if (is_c_word(name) || strcmp(name, "req") == 0)
			build_die("%s: command '%s' is given '%s', which is no name for an "
				  "argument in C. Choose another name.",
			    file, command->name, name);
		fprintf(header, ", const struct scop_value *%s", name);
	}
	fprintf(header, ")\n{\n\tscop_send_command(req, &%s, (const struct scop_value *const[]){",
	    symbol);
	for (size_t i = 0; i < command->given_count; i++)
		fprintf(header, "%s%s", i ? ", " : " ", command->given[i].name);
	fprintf(header, "%s });\n}\n", command->given_count ? "" : " NULL");
}

static void
write_commands(const char *folder, FILE *header, FILE *code)
{
	const char *file = scop_arena_printf(arena, "%s/module.xml", folder);
	struct scop_manifest manifest = { 0 };
	struct scop_error err;

	if (access(file, F_OK) != 0)
		return; /* the views of the host itself */
	/* the linter tells what it says against itself, with the line */
	if (!scop_manifest_read(arena, file, &manifest, &err) && !manifest.name)
		build_die("%s", err.text);
	for (size_t i = 0; i < manifest.accept_count; i++) {
		const struct scop_manifest_command *one = &manifest.accepts[i];
		const char *symbol =
		    scop_arena_printf(arena, "accepts_%s_%u", one->name, one->version);

		fprintf(header, "\nextern const struct scop_command %s;\n", symbol);
		write_command(code, one, symbol);
	}
	for (size_t i = 0; i < manifest.send_count; i++) {
		const struct scop_manifest_command *one = &manifest.sends[i];
		const char *symbol = scop_arena_printf(arena, "sends_%s__%s_%u", one->module,
		    one->name, one->version);

		write_sender(header, one, file, symbol);
		write_command(code, one, symbol);
	}
}

/* ---- views ---- */

static unsigned
line_at(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* {{#asset}}css/shop.css{{/asset}} becomes an address that changes with the file. */
static const char *
resolve_assets(const char *path, const char *text, const char *webroot)
{
	static const char open[] = "{{#asset}}", close[] = "{{/asset}}";
	const char *whole = text;
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	for (const char *tag; strcmp(webroot, "-") != 0 && (tag = strstr(text, open));) {
		const char *name = tag + strlen(open), *end = strstr(name, close);
		unsigned char hash[16];
		char hex[2 * sizeof hash + 1];
		size_t length;

		if (!end)
			build_die("%s:%u: {{#asset}} is not closed", path, line_at(whole, tag));
		const char *file = scop_arena_bytes(arena, name, (size_t)(end - name)),
			   *asset = scop_arena_printf(arena, "%s/%s", webroot, file);
		if (access(asset, R_OK) != 0)
			build_die("%s:%u: Scopiton has no '%s' in its webroot ('%s')", path,
			    line_at(whole, tag), file, webroot);
		const char *bytes = build_read(arena, asset, &length);
		crypto_generichash(hash, sizeof hash, (const unsigned char *)bytes, length, NULL,
		    0);
		sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
		scop_buffer_add(&out, text, (size_t)(tag - text));
		scop_buffer_printf(&out, "/_/%.12s/%s", hex, file);
		text = end + strlen(close);
	}
	scop_buffer_text(&out, text);
	return scop_buffer_str(&out);
}

struct pot {
	FILE *file;
	const char *path;
};

static void
write_pot_string(FILE *out, const char *keyword, const char *text)
{
	fprintf(out, "%s ", keyword);
	write_c_string(out, text, strlen(text));
	fputc('\n', out);
}

static void
see_text(void *context, char kind, const char *text, const char *plural, unsigned line,
    unsigned column)
{
	const struct pot *pot = context;

	(void)column;
	if (kind != '_')
		return;
	fprintf(pot->file, "\n#: %s:%u\n", pot->path, line);
	write_pot_string(pot->file, "msgid", text);
	if (plural) {
		write_pot_string(pot->file, "msgid_plural", plural);
		fputs("msgstr[0] \"\"\nmsgstr[1] \"\"\n", pot->file);
	} else {
		fputs("msgstr \"\"\n", pot->file);
	}
}

static void
write_views(const char *folder, const char *webroot, FILE *header, FILE *code, FILE *pot)
{
	const char *views = scop_arena_printf(arena, "%s/views", folder);
	const char *files[BUILD_FILES_MAX];
	const size_t count = build_list(arena, views, ".html", files);

	for (size_t i = 0; i < count; i++) {
		const char *path = scop_arena_printf(arena, "%s/%s", views, files[i]);
		const char *name = build_stem(arena, files[i]);
		size_t length;

		if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")])
			build_die("%s: a view's name has a-z, 0-9 and _ alone, for it becomes a "
				  "name of C",
			    path);
		struct scop_error err;
		const char *text = resolve_assets(path, build_read(arena, path, &length), webroot);
		const struct scop_template *template =
		    scop_template_compile(arena, path, text, strlen(text), &err);

		if (!template)
			build_die("%s", err.text);
		scop_template_walk(template, see_text, &(struct pot){ pot, path });
		fprintf(header, "\nextern const struct scop_view view_%s;\n", name);
		fprintf(code, "\nconst struct scop_view view_%s = { \"%s\",", name, name);
		write_c_string(code, text, strlen(text));
		fprintf(code, ",\n\t%zu };\n", strlen(text));
	}
	fputs("\nstatic const struct scop_view *const views[] = {\n", code);
	for (size_t i = 0; i < count; i++)
		fprintf(code, "\t&view_%s,\n", build_stem(arena, files[i]));
	fputs("\tNULL\n};\n", code);
}

/* ---- translations ---- */

static void
write_messages(const char *output, FILE *code)
{
	const char *files[BUILD_FILES_MAX];
	const size_t count = build_list(arena, output, ".mo", files);

	for (size_t i = 0; i < count; i++) {
		size_t length;
		const char *bytes =
		    build_read(arena, scop_arena_printf(arena, "%s/%s", output, files[i]), &length);

		fprintf(code,
		    "\nstatic const unsigned char mo_%s[] __attribute__((aligned(4))) = {",
		    build_stem(arena, files[i]));
		for (size_t at = 0; at < length; at++)
			fprintf(code, "%s%u,", at % 24 ? "" : "\n\t", (unsigned char)bytes[at]);
		fputs("\n};\n", code);
	}
	fputs("\nstatic const struct scop_messages messages[] = {\n", code);
	for (size_t i = 0; i < count; i++) {
		const char *language = build_stem(arena, files[i]);

		fprintf(code, "\t{ \"%.2s\", mo_%s, sizeof mo_%s },\n", language, language,
		    language);
	}
	fputs("\t{ \"\", NULL, 0 }\n};\n", code);
}

/* ---- schemas ---- */

struct schema {
	const char *path; /* in schemas/ */
	const char *name; /* of C */
};

/* "UBL-Invoice-2.1.xsd" becomes UBL_Invoice_2_1. */
static const char *
schema_name(const char *file)
{
	char *name = scop_arena_bytes(arena, file, strlen(file) - strlen(".xsd"));

	for (char *at = name; *at; at++)
		if (!(*at >= 'a' && *at <= 'z') && !(*at >= 'A' && *at <= 'Z') &&
		    !(*at >= '0' && *at <= '9'))
			*at = '_';
	return name;
}

static size_t
add_schemas(const char *schemas, const char *folder, struct schema *list, size_t count)
{
	const char *files[BUILD_FILES_MAX];
	const size_t found =
	    build_list(arena, scop_arena_printf(arena, "%s/%s", schemas, folder), ".xsd", files);

	for (size_t i = 0; i < found; i++) {
		const char *path = scop_arena_printf(arena, "%s%s", folder, files[i]);
		const char *name = schema_name(files[i]);

		for (size_t before = 0; before < count; before++)
			if (strcmp(list[before].name, name) == 0)
				build_die("%s/%s: another schema, '%s', gets the same name of C. "
					  "Rename one.",
				    schemas, path, list[before].path);
		if (count == BUILD_FILES_MAX)
			build_die("%s: more than %d schemas", schemas, BUILD_FILES_MAX);
		list[count++] = (struct schema){ path, name };
	}
	return count;
}

static void
write_schema(const char *schemas, const struct schema *schema, FILE *code)
{
	size_t length;
	const char *text =
	    build_read(arena, scop_arena_printf(arena, "%s/%s", schemas, schema->path), &length);

	fprintf(code, "\nconst struct scop_schema schema_%s = { \"%s\",", schema->name,
	    schema->path);
	write_c_string(code, text, length);
	fprintf(code, ",\n\t%zu, schemas };\n", length);
}

/* All files of schemas/ and of the folders in it, each of which can include the others. */
static void
write_schemas(const char *folder, FILE *header, FILE *code)
{
	const char *schemas = scop_arena_printf(arena, "%s/schemas", folder);
	const char *folders[BUILD_FILES_MAX];
	struct schema list[BUILD_FILES_MAX];
	size_t count = add_schemas(schemas, "", list, 0);
	const size_t folder_count = build_list(arena, schemas, "", folders);

	for (size_t i = 0; i < folder_count; i++)
		if (folders[i][0] != '.' && !strchr(folders[i], '.'))
			count = add_schemas(schemas, scop_arena_printf(arena, "%s/", folders[i]),
			    list, count);
	if (count == 0)
		return;
	fputs("\n#include <scopiton/xml.h>\n", header);
	for (size_t i = 0; i < count; i++)
		fprintf(header, "extern const struct scop_schema schema_%s;\n", list[i].name);
	fputs("\nstatic const struct scop_schema *const schemas[] = {\n", code);
	for (size_t i = 0; i < count; i++)
		fprintf(code, "\t&schema_%s,\n", list[i].name);
	fputs("\tNULL\n};\n", code);
	for (size_t i = 0; i < count; i++)
		write_schema(schemas, &list[i], code);
}

/* ---- the files ---- */

/* Overwrites a file only if its content changes, so that its dependents are rebuilt only then. */
struct output {
	const char *path;
	FILE *file; /* kept in memory until it is complete */
	char *bytes;
	size_t length;
};

static void
begin(struct output *output, const char *folder, const char *name)
{
	output->path = scop_arena_printf(arena, "%s/%s", folder, name);
	output->file = open_memstream(&output->bytes, &output->length);
	if (!output->file)
		build_die("%s: %s", output->path, strerror(errno));
}

static bool
is_written(const struct output *output)
{
	size_t length;

	if (access(output->path, F_OK) != 0)
		return false;
	const char *bytes = build_read(arena, output->path, &length);
	return length == output->length && memcmp(bytes, output->bytes, length) == 0;
}

static void
finish(struct output *output)
{
	if (ferror(output->file) || fclose(output->file) != 0)
		build_die("%s: %s", output->path, strerror(errno));
	if (!is_written(output)) {
		FILE *file = fopen(output->path, "w");

		if (!file || fwrite(output->bytes, 1, output->length, file) != output->length ||
		    fclose(file) != 0)
			build_die("%s: %s", output->path, strerror(errno));
	}
	free(output->bytes);
}

/* The statements, commands, views and messages of a module's folder, as C and as text for others.
 */
static void
write_names(const char *folder, const char *to, const char *webroot, const char *symbol)
{
	struct output header, code, list, pot;

	begin(&header, to, "names.h");
	begin(&code, to, "names.c");
	begin(&list, to, "statements.txt");
	begin(&pot, to, "views.pot");
	fprintf(header.file,
	    "/* Made from %s by scopiton-names; changes here are lost. */\n#pragma once\n"
	    "#include <scopiton/scopiton.h>\n\nextern const struct scop_names %s;\n",
	    folder, symbol);
	fprintf(code.file,
	    "/* Made from %s by scopiton-names; changes here are lost. */\n#include \"names.h\"\n",
	    folder);
	fputs("msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
	      "\"Plural-Forms: nplurals=2; plural=n != 1;\\n\"\n",
	    pot.file);
	write_statements(folder, header.file, code.file, list.file);
	write_commands(folder, header.file, code.file);
	write_views(folder, webroot, header.file, code.file, pot.file);
	write_schemas(folder, header.file, code.file);
	write_messages(to, code.file);
	fprintf(code.file, "\nconst struct scop_names %s = { views, statements, messages };\n",
	    symbol);
	finish(&header);
	finish(&code);
	finish(&list);
	finish(&pot);
}

int
main(int argc, char **argv)
{
	arena = scop_arena_new();
	if (argc >= 4 && strcmp(argv[1], "--words") == 0)
		return !build_words_check(arena, argv[2], argv[3],
		    argc > 4 && strcmp(argv[4], "--draft") == 0);
	if (argc == 5 && strcmp(argv[1], "--shown") == 0) {
		build_shown_write(arena, argv[2], argv[3], argv[4]);
		return 0;
	}
	if (argc < 4)
		build_die("usage: scopiton-names <module folder> <output folder> <webroot> "
			  "[<symbol>]\n       scopiton-names --words <module folder> <pot file> "
			  "[--draft]\n       scopiton-names --shown <module folder> <pot file> "
			  "<texts.json>");
	write_names(argv[1], argv[2], argv[3], argc > 4 ? argv[4] : "scop_names");
	scop_arena_free(arena);
	return 0;
}
