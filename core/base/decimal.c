/* SPDX-License-Identifier: EUPL-1.2 */
/* Decimal arithmetic in 128 bits, which hold any product of two 64-bit integers. */
#include "base/decimal.h"

#include <string.h>

#include "base/buffer.h"

typedef __int128 wide;

enum { DIGITS_MAX = 18 };

static wide
power_of_ten(unsigned exponent)
{
	wide power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

/* `number` / `by`, rounded half away from zero; `by` is positive. */
static wide
divide_rounded(wide number, wide by)
{
	const wide quotient = number / by, rest = number % by;
	const wide distance = rest < 0 ? -rest : rest;

	if (distance < by - distance)
		return quotient;
	return quotient + (number < 0 ? -1 : 1);
}

static bool
narrow(wide number, unsigned scale, struct scop_decimal *ret_decimal)
{
	if (number > INT64_MAX || number < -INT64_MAX)
		return false;
	*ret_decimal = (struct scop_decimal){ (int64_t)number, scale };
	return true;
}

void
scop_decimal_print(struct scop_buffer *out, struct scop_decimal decimal)
{
	const bool negative = decimal.unscaled < 0;
	uint64_t rest = negative ? -(uint64_t)decimal.unscaled : (uint64_t)decimal.unscaled;
	char reversed[48];
	size_t length = 0;

	while (rest > 0 || length <= decimal.scale) {
		reversed[length++] = (char)('0' + rest % 10);
		rest /= 10;
	}
	if (negative)
		scop_buffer_char(out, '-');
	while (length-- > 0) {
		scop_buffer_char(out, reversed[length]);
		if (length == decimal.scale && length > 0)
			scop_buffer_char(out, '.');
	}
}

int64_t
scop_decimal_whole(struct scop_decimal decimal)
{
	return (int64_t)(decimal.unscaled / power_of_ten(decimal.scale));
}

bool
scop_decimal_parse(const char *text, size_t length, struct scop_decimal *ret_decimal)
{
	const bool negative = length > 0 && text[0] == '-';
	struct scop_decimal decimal = { 0, 0 };
	unsigned digits = 0, behind = 0, seen = 0;
	bool point = false;

	for (size_t i = negative; i < length; i++) {
		if (text[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (text[i] < '0' || text[i] > '9')
			return false;
		digits += decimal.unscaled != 0 || text[i] != '0';
		behind += point;
		seen++;
		if (digits > DIGITS_MAX || behind > SCOP_SCALE_MAX)
			return false;
		decimal.unscaled = decimal.unscaled * 10 + (text[i] - '0');
	}
	if (seen == 0 || text[length - 1] == '.')
		return false;
	decimal.scale = behind;
	if (negative)
		decimal.unscaled = -decimal.unscaled;
	*ret_decimal = decimal;
	return true;
}

bool
scop_decimal_rescale(struct scop_decimal decimal, unsigned scale, struct scop_decimal *ret_decimal)
{
	if (scale >= decimal.scale)
		return narrow((wide)decimal.unscaled * power_of_ten(scale - decimal.scale), scale,
		    ret_decimal);
	return narrow(divide_rounded(decimal.unscaled, power_of_ten(decimal.scale - scale)), scale,
	    ret_decimal);
}

static wide
at_scale(struct scop_decimal decimal, unsigned scale)
{
	return (wide)decimal.unscaled * power_of_ten(scale - decimal.scale);
}

bool
scop_decimal_add(struct scop_decimal a, struct scop_decimal b, struct scop_decimal *ret_decimal)
{
	const unsigned scale = a.scale > b.scale ? a.scale : b.scale;

	return narrow(at_scale(a, scale) + at_scale(b, scale), scale, ret_decimal);
}

bool
scop_decimal_subtract(struct scop_decimal a, struct scop_decimal b,
    struct scop_decimal *ret_decimal)
{
	return scop_decimal_add(a, (struct scop_decimal){ -b.unscaled, b.scale }, ret_decimal);
}

bool
scop_decimal_multiply(struct scop_decimal a, struct scop_decimal b, unsigned scale,
    struct scop_decimal *ret_decimal)
{
	const unsigned exact = a.scale + b.scale;
	const wide product = (wide)a.unscaled * b.unscaled;

	if (scale < exact)
		return narrow(divide_rounded(product, power_of_ten(exact - scale)), scale,
		    ret_decimal);
	wide scaled;
	return !__builtin_mul_overflow(product, power_of_ten(scale - exact), &scaled) &&
	    narrow(scaled, scale, ret_decimal);
}

bool
scop_decimal_divide(struct scop_decimal a, struct scop_decimal b, unsigned scale,
    struct scop_decimal *ret_decimal)
{
	/* a.unscaled / 10^a.scale / (b.unscaled / 10^b.scale) * 10^scale */
	const int exponent = (int)scale + (int)b.scale - (int)a.scale;
	wide number = a.unscaled, by = b.unscaled;

	if (by < 0) {
		number = -number;
		by = -by;
	}
	if (by == 0 ||
	    (exponent > 0 &&
		__builtin_mul_overflow(number, power_of_ten((unsigned)exponent), &number)) ||
	    (exponent < 0 && __builtin_mul_overflow(by, power_of_ten((unsigned)-exponent), &by)))
		return false;
	return narrow(divide_rounded(number, by), scale, ret_decimal);
}

int
scop_decimal_compare(struct scop_decimal a, struct scop_decimal b)
{
	const unsigned scale = a.scale > b.scale ? a.scale : b.scale;
	const wide left = at_scale(a, scale), right = at_scale(b, scale);

	return (left > right) - (left < right);
}
