/* SPDX-License-Identifier: EUPL-1.2 */
/* The page that replaces a module's pages while it cannot be built. nginx serves it where the
 * configuration says "development = yes", below .localhost: see nginx/scopiton.conf.in. On all
 * other host names the previous package continues to serve. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cli/dev.h"

static const char *const hosts[] = { DEV_HOST, DEV_PORTAL_HOST };

static const char *
path_of(const struct dev *dev, const char *host)
{
	return scop_arena_printf(dev->arena, "%s/run/broken/yes/%s/%s", dev->var, host,
	    dev->module);
}

/* "file:12: ..." or "file:12:7: ..." */
static bool
names_a_line(const char *line, size_t length)
{
	const char *colon = memchr(line, ':', length);

	return colon && colon > line && !memchr(line, ' ', (size_t)(colon - line)) &&
	    (size_t)(colon - line) + 1 < length && isdigit((unsigned char)colon[1]);
}

const char *
dev_first_error(struct scop_arena *arena, const char *output)
{
	const char *last = "";

	for (const char *line = output; *line;) {
		const size_t length = strcspn(line, "\n");
		const char *text = scop_arena_bytes(arena, line, length);

		if (names_a_line(line, length) && !strstr(text, ": warning: ") &&
		    !strstr(text, ": note: "))
			return text;
		if (length > 0 && strncmp(text, "make", 4) != 0)
			last = text;
		line += length + (line[length] == '\n');
	}
	return last;
}

static void
add_html(struct scop_buffer *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			scop_buffer_text(out, "&lt;");
		else if (*text == '>')
			scop_buffer_text(out, "&gt;");
		else if (*text == '&')
			scop_buffer_text(out, "&amp;");
		else
			scop_buffer_char(out, *text);
	}
}

static bool
write_whole(const struct dev *dev, const char *path, const char *text)
{
	char *part = scop_arena_printf(dev->arena, "%s.new", path);

	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(part, 0755);
		*slash = '/';
	}
	FILE *file = fopen(part, "we");
	const bool written = file && fputs(text, file) >= 0;

	return file && fclose(file) == 0 && written && chmod(part, 0644) == 0 &&
	    rename(part, path) == 0;
}

bool
dev_page_put(const struct dev *dev, const char *what, const char *output)
{
	struct scop_buffer out;
	bool written = true;

	scop_buffer_init(&out, dev->arena);
	scop_buffer_text(&out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta http-equiv=\"refresh\" content=\"2\">\n<title>");
	add_html(&out, dev->module);
	scop_buffer_text(&out,
	    "</title>\n<link rel=\"icon\" href=\"/_/favicon.svg\">\n"
	    "<link rel=\"stylesheet\" href=\"/_/css/scopiton.css\">\n</head>\n<body>\n"
	    "<main class=\"wrap\">\n<h1>");
	add_html(&out, dev->module);
	scop_buffer_printf(&out, " %s</h1>\n<p><strong>", what);
	add_html(&out, dev_first_error(dev->arena, output));
	scop_buffer_text(&out, "</strong></p>\n<pre>");
	add_html(&out, output);
	scop_buffer_text(&out,
	    "</pre>\n<p>Correct it and save: this page loads again by itself.</p>\n</main>\n"
	    "</body>\n</html>\n");
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		written =
		    write_whole(dev, path_of(dev, hosts[i]), scop_buffer_str(&out)) && written;
	return written;
}

void
dev_page_remove(const struct dev *dev)
{
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		unlink(path_of(dev, hosts[i]));
}
