/* SPDX-License-Identifier: EUPL-1.2 */
/* Encodings: see encoding.h. Sources: the Encoding Standard (windows-1252), ISO/IEC 8859-15, IBM's
 * code page 850, RFC 2781 (UTF-16). */
#include "base/encoding.h"

#include <string.h>

#include "base/utf8.h"

enum { UNKNOWN = 0xfffd, MARK_8 = 3, MARK_16 = 2, SAMPLE_BYTES = 1000 };

/* 0x80 to 0x9f; 0: the encoding has no such byte */
static const unsigned short windows_1252[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020,
	0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c,
	0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

/* 0x80 to 0xff */
static const unsigned short cp850[128] = { 0xc7, 0xfc, 0xe9, 0xe2, 0xe4, 0xe0, 0xe5, 0xe7, 0xea,
	0xeb, 0xe8, 0xef, 0xee, 0xec, 0xc4, 0xc5, 0xc9, 0xe6, 0xc6, 0xf4, 0xf6, 0xf2, 0xfb, 0xf9,
	0xff, 0xd6, 0xdc, 0xf8, 0xa3, 0xd8, 0xd7, 0x192, 0xe1, 0xed, 0xf3, 0xfa, 0xf1, 0xd1, 0xaa,
	0xba, 0xbf, 0xae, 0xac, 0xbd, 0xbc, 0xa1, 0xab, 0xbb, 0x2591, 0x2592, 0x2593, 0x2502,
	0x2524, 0xc1, 0xc2, 0xc0, 0xa9, 0x2563, 0x2551, 0x2557, 0x255d, 0xa2, 0xa5, 0x2510, 0x2514,
	0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0xe3, 0xc3, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560,
	0x2550, 0x256c, 0xa4, 0xf0, 0xd0, 0xca, 0xcb, 0xc8, 0x131, 0xcd, 0xce, 0xcf, 0x2518, 0x250c,
	0x2588, 0x2584, 0xa6, 0xcc, 0x2580, 0xd3, 0xdf, 0xd4, 0xd2, 0xf5, 0xd5, 0xb5, 0xfe, 0xde,
	0xda, 0xdb, 0xd9, 0xfd, 0xdd, 0xaf, 0xb4, 0xad, 0xb1, 0x2017, 0xbe, 0xb6, 0xa7, 0xf7, 0xb8,
	0xb0, 0xa8, 0xb7, 0xb9, 0xb3, 0xb2, 0x25a0, 0xa0 };

/* The bytes by which ISO-8859-15 differs from ISO-8859-1, whose bytes are Unicode's. */
static const struct {
	unsigned char byte;
	unsigned short letter;
} iso_8859_15[] = { { 0xa4, 0x20ac }, { 0xa6, 0x160 }, { 0xa8, 0x161 }, { 0xb4, 0x17d },
	{ 0xb8, 0x17e }, { 0xbc, 0x152 }, { 0xbd, 0x153 }, { 0xbe, 0x178 } };

unsigned
scop_encoding_letter(enum scop_encoding encoding, unsigned char byte)
{
	if (byte < 0x80)
		return byte;
	if (encoding == SCOP_CP850)
		return cp850[byte - 0x80];
	if (encoding == SCOP_WINDOWS_1252 && byte < 0xa0)
		return windows_1252[byte - 0x80] ? windows_1252[byte - 0x80] : UNKNOWN;
	if (encoding == SCOP_ISO_8859_15)
		for (size_t i = 0; i < sizeof iso_8859_15 / sizeof iso_8859_15[0]; i++)
			if (iso_8859_15[i].byte == byte)
				return iso_8859_15[i].letter;
	return byte;
}

/* ---- recognising ---- */

size_t
scop_encoding_wrong_utf8(const char *data, size_t size)
{
	size_t at = 0, step;

	while (at < size && (step = scop_utf8_step(data + at, size - at)) > 0)
		at += step;
	return at;
}

static bool
begins(const char *data, size_t size, const char *mark, size_t length)
{
	return size >= length && memcmp(data, mark, length) == 0;
}

/* UTF-16 without a byte order mark: in texts of western languages nearly each second byte is 0, and
 * the others are not. */
static enum scop_encoding
guess_utf16(const char *data, size_t size)
{
	const size_t units = (size < SAMPLE_BYTES ? size : SAMPLE_BYTES) / 2;
	size_t first = 0, second = 0;

	for (size_t i = 0; i < units; i++) {
		first += data[2 * i] == '\0';
		second += data[2 * i + 1] == '\0';
	}
	if (units < 2 || (first > 0 && second > 0))
		return SCOP_ENCODING_GUESS;
	if (second * 10 >= units * 7)
		return SCOP_UTF_16LE;
	return first * 10 >= units * 7 ? SCOP_UTF_16BE : SCOP_ENCODING_GUESS;
}

struct census {
	size_t letters;       /* well-formed characters of several bytes */
	size_t wrong;         /* bytes that are part of none */
	size_t first_wrong;   /* where the first one is */
	size_t first_control; /* where a byte is that no text has; the size: nowhere */
	bool windows;         /* a byte that only windows-1252 has */
	bool euro;            /* the byte that is the euro sign of ISO-8859-15 */
};

/* Control characters that texts have: tab, line feed, vertical tab, form feed, carriage return, and
 * the end that MS-DOS wrote. */
static bool
is_control(unsigned char byte)
{
	return (byte < ' ' && !(byte >= '\t' && byte <= '\r') && byte != 0x1a) || byte == 0x7f;
}

static struct census
count(const char *data, size_t size)
{
	struct census census = { .first_control = size };

	for (size_t at = 0, step; at < size; at += step ? step : 1) {
		const unsigned char byte = (unsigned char)data[at];

		step = scop_utf8_step(data + at, size - at);
		census.letters += step > 1;
		if (step == 0 && byte >= 0x80 && census.wrong++ == 0)
			census.first_wrong = at;
		if (census.first_control == size &&
		    (is_control(byte) ||
			(step == 0 && byte < 0xa0 && byte >= 0x80 &&
			    scop_encoding_letter(SCOP_WINDOWS_1252, byte) == UNKNOWN)))
			census.first_control = at;
		census.windows |= step == 0 && byte >= 0x80 && byte < 0xa0;
		census.euro |= step == 0 && byte == 0xa4;
	}
	return census;
}

enum scop_encoding
scop_encoding_guess(const char *data, size_t size, size_t *ret_wrong)
{
	const bool marked = begins(data, size, "\xef\xbb\xbf", MARK_8);

	if (begins(data, size, "\xff\xfe", MARK_16))
		return SCOP_UTF_16LE;
	if (begins(data, size, "\xfe\xff", MARK_16))
		return SCOP_UTF_16BE;
	*ret_wrong = scop_encoding_wrong_utf8(data, size);
	if (*ret_wrong == size)
		return SCOP_UTF_8;
	if (marked)
		return SCOP_ENCODING_GUESS;
	const enum scop_encoding wide = guess_utf16(data, size);
	if (wide != SCOP_ENCODING_GUESS)
		return wide;
	const struct census census = count(data, size);
	if (census.first_control < size) {
		*ret_wrong = census.first_control;
		return SCOP_ENCODING_GUESS;
	}
	if (census.letters > census.wrong) {
		*ret_wrong = census.first_wrong;
		return SCOP_ENCODING_GUESS;
	}
	return census.euro && !census.windows ? SCOP_ISO_8859_15 : SCOP_WINDOWS_1252;
}

/* ---- converting ---- */

static unsigned
unit_at(const unsigned char *data, bool big)
{
	return big ? (unsigned)data[0] << 8 | data[1] : (unsigned)data[1] << 8 | data[0];
}

/* Decodes the character at `at`, one UTF-16 unit or a surrogate pair; returns the bytes read. An
 * unpaired surrogate becomes U+FFFD. */
static size_t
take_utf16(const unsigned char *data, size_t left, bool big, unsigned *ret_letter)
{
	const unsigned unit = unit_at(data, big);
	const unsigned next = left >= 4 ? unit_at(data + 2, big) : 0;

	*ret_letter = unit >= 0xd800 && unit < 0xe000 ? UNKNOWN : unit;
	if (unit < 0xd800 || unit >= 0xdc00 || next < 0xdc00 || next >= 0xe000)
		return 2;
	*ret_letter = 0x10000 + ((unit & 0x3ff) << 10 | (next & 0x3ff));
	return 4;
}

static size_t
from_utf16(const char *bytes, size_t size, bool big, char *out)
{
	const unsigned char *data = (const unsigned char *)bytes;
	const bool marked = begins(bytes, size, big ? "\xfe\xff" : "\xff\xfe", MARK_16);
	size_t used = 0;

	for (size_t at = marked ? MARK_16 : 0; at + 1 < size;) {
		unsigned letter;

		at += take_utf16(data + at, size - at, big, &letter);
		used += scop_utf8_put(out + used, letter);
	}
	return used;
}

size_t
scop_encoding_convert(enum scop_encoding encoding, const char *data, size_t size, char *out)
{
	size_t used = 0;

	if (encoding == SCOP_UTF_16LE || encoding == SCOP_UTF_16BE)
		return from_utf16(data, size, encoding == SCOP_UTF_16BE, out);
	if (encoding == SCOP_UTF_8 || encoding == SCOP_ENCODING_GUESS) {
		const size_t mark = begins(data, size, "\xef\xbb\xbf", MARK_8) ? MARK_8 : 0;

		memcpy(out, data + mark, size - mark);
		return size - mark;
	}
	for (size_t at = 0; at < size; at++)
		used += scop_utf8_put(out + used,
		    scop_encoding_letter(encoding, (unsigned char)data[at]));
	return used;
}

const char *
scop_encoding_name(enum scop_encoding encoding)
{
	static const char *const names[] = { "", "UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252",
		"ISO-8859-15", "IBM850" };

	return (unsigned)encoding < sizeof names / sizeof names[0] ? names[encoding] : "";
}
