/* SPDX-License-Identifier: EUPL-1.2 */
/* HTML to text: see shop_text.h. */
#include "shop_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Character references by name, from HTML 4.01, section 24; apos is XML's. libxml2 has them too,
 * but would be loaded into every worker of the shop only for them. */
static const char *const latin1_names[] = { "nbsp", "iexcl", "cent", "pound", "curren", "yen",
	"brvbar", "sect", "uml", "copy", "ordf", "laquo", "not", "shy", "reg", "macr", "deg",
	"plusmn", "sup2", "sup3", "acute", "micro", "para", "middot", "cedil", "sup1", "ordm",
	"raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc", "Atilde",
	"Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute",
	"Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times",
	"Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave",
	"aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil", "egrave", "eacute",
	"ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde", "ograve", "oacute",
	"ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc", "uuml",
	"yacute", "thorn", "yuml" };
static const struct {
	const char *name;
	unsigned letter;
} other_names[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
	{ "OElig", 0x152 }, { "oelig", 0x153 }, { "Scaron", 0x160 }, { "scaron", 0x161 },
	{ "Yuml", 0x178 }, { "ensp", ' ' }, { "emsp", ' ' }, { "thinsp", ' ' }, { "ndash", 0x2013 },
	{ "mdash", 0x2014 }, { "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "sbquo", 0x201a },
	{ "ldquo", 0x201c }, { "rdquo", 0x201d }, { "bdquo", 0x201e }, { "dagger", 0x2020 },
	{ "Dagger", 0x2021 }, { "bull", 0x2022 }, { "hellip", 0x2026 }, { "permil", 0x2030 },
	{ "prime", 0x2032 }, { "Prime", 0x2033 }, { "lsaquo", 0x2039 }, { "rsaquo", 0x203a },
	{ "euro", 0x20ac }, { "trade", 0x2122 }, { "larr", 0x2190 }, { "rarr", 0x2192 },
	{ "minus", 0x2212 }, { "ne", 0x2260 }, { "le", 0x2264 }, { "ge", 0x2265 } };

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* 0 for none. */
static unsigned
named_letter(const char *name, size_t length)
{
	for (size_t i = 0; i < COUNT(latin1_names); i++)
		if (strncmp(name, latin1_names[i], length) == 0 && !latin1_names[i][length])
			/* no-break spaces matter only for layout */
			return i == 0 ? ' ' : 0xa0 + (unsigned)i;
	for (size_t i = 0; i < COUNT(other_names); i++)
		if (strncmp(name, other_names[i].name, length) == 0 && !other_names[i].name[length])
			return other_names[i].letter;
	return 0;
}

/* The character of "&eacute;", "&#233;" or "&#xE9;", and the end of the reference; 0 if there is
 * none, or the character is not allowed in text. */
static unsigned
reference(const char *html, const char **ret_end)
{
	const bool numeric = html[1] == '#', hexadecimal = numeric && (html[2] | 0x20) == 'x';
	const char *name = html + 1 + numeric + hexadecimal,
		   *signs = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
	size_t length = 0;

	while (isalnum((unsigned char)name[length]))
		length++;
	if (name[length] != ';' || length == 0 || length > 7 ||
	    (numeric && strspn(name, signs) != length))
		return 0;
	*ret_end = name + length + 1;
	if (!numeric)
		return named_letter(name, length);
	const unsigned letter = (unsigned)strtoul(name, NULL, hexadecimal ? 16 : 10);
	const bool is_control = (letter < 0x20 && letter != '\n' && letter != '\t') ||
	    (letter >= 0x7f && letter < 0xa0);
	return is_control || letter > 0x10ffff || (letter >= 0xd800 && letter < 0xe000) ? 0
											: letter;
}

/* Writes `letter` in UTF-8; returns the number of bytes, at most four. */
static size_t
put_letter(char *out, unsigned letter)
{
	if (letter < 0x80) {
		out[0] = (char)letter;
		return 1;
	}
	const size_t more = letter < 0x800 ? 1 : letter < 0x10000 ? 2 : 3;
	static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };
	out[0] = (char)(first[more] | letter >> 6 * more);
	for (size_t i = 1; i <= more; i++)
		out[i] = (char)(0x80 | (letter >> 6 * (more - i) & 0x3f));
	return more + 1;
}

size_t
shop_reference(const char *html, char *ret_letter, const char **ret_end)
{
	const unsigned letter = *html == '&' ? reference(html, ret_end) : 0;

	return letter ? put_letter(ret_letter, letter) : 0;
}

static bool
opens(const char *html, const char *tag)
{
	const size_t length = strlen(tag);

	return strncasecmp(html, tag, length) == 0 && !isalnum((unsigned char)html[length]);
}

/* The position after the tag or comment at `html`, and after its content if that is not text; NULL
 * for a '<' that starts none. */
static const char *
behind_tag(const char *html)
{
	const char *end = strncmp(html, "<!--", 4) == 0 ? strstr(html, "-->") : NULL;

	if (end)
		return end + 3;
	if (!isalpha((unsigned char)html[1]) && html[1] != '/' && html[1] != '!')
		return NULL;
	if (opens(html, "<script") || opens(html, "<style")) {
		end = strcasestr(html, opens(html, "<style") ? "</style" : "</script");
		html = end ? end : html;
	}
	end = strchr(html, '>');
	return end ? end + 1 : NULL;
}

static bool
ends_line(const char *html)
{
	return opens(html, "</p") || opens(html, "<br") || opens(html, "</li") ||
	    opens(html, "</div") || opens(html, "</tr") ||
	    (strncasecmp(html, "</h", 3) == 0 && html[3] >= '1' && html[3] <= '6');
}

void
shop_plain_text(const char *html, char *ret_text, size_t size)
{
	size_t used = 0;

	while (*html && used + 4 < size) {
		const char *end = *html == '<' ? behind_tag(html) : NULL;
		const unsigned letter = *html == '&' ? reference(html, &end) : 0;

		if (letter) {
			used += put_letter(ret_text + used, letter);
			html = end;
		} else if (*html == '<' && end) {
			if (ends_line(html) && used > 0 && ret_text[used - 1] != '\n')
				ret_text[used++] = '\n';
			html = end;
		} else {
			do
				ret_text[used++] = *html++;
			while (((unsigned char)*html & 0xc0) == 0x80 && used + 1 < size);
		}
	}
	while (used > 0 && isspace((unsigned char)ret_text[used - 1]))
		used--;
	ret_text[used] = '\0';
}
