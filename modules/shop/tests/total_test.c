/* SPDX-License-Identifier: EUPL-1.2 */
/* Order prices, calculated by hand: VAT by rate, delivery shared among rates, tariffs by weight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shop_total.c"

static void
vat_is_taken_out_of_the_price_and_rounded_half_up(void **state)
{
	(void)state;
	assert_int_equal(shop_vat_in(12100, 2100), 2100);
	assert_int_equal(shop_vat_in(1, 2100), 0);
	assert_int_equal(shop_vat_in(3, 2100), 1); /* 0.52 */
	assert_int_equal(shop_vat_in(10550, 550), 550);
	assert_int_equal(shop_vat_in(9999, 210), 206); /* 205.66 */
	assert_int_equal(shop_vat_in(9999, 0), 0);
	assert_int_equal(shop_vat_in(999999999999, 2100), 173553719008); /* 1,735,537,190.0809 */
}

static void
each_country_has_its_rates(void **state)
{
	(void)state;
	assert_int_equal(shop_vat_rate("BE", SHOP_VAT_STANDARD), 2100);
	assert_int_equal(shop_vat_rate("BE", SHOP_VAT_REDUCED), 600);
	assert_int_equal(shop_vat_rate("FR", SHOP_VAT_REDUCED), 550);
	assert_int_equal(shop_vat_rate("FR", shop_vat_parse("super_reduced")), 210);
	assert_int_equal(shop_vat_parse("nonsense"), SHOP_VAT_STANDARD);
}

static void
delivery_shares_the_rates_of_the_goods_and_no_cent_is_lost(void **state)
{
	(void)state;
	int64_t gross[SHOP_VATS] = { 1000, 0, 500, 500 };
	shop_vat_share(gross, 599);
	assert_int_equal(gross[0] + gross[1] + gross[2] + gross[3], 2599);
	assert_int_equal(gross[0], 1299); /* 299.5: the two of 149.75 have the larger remainders */
	assert_int_equal(gross[2], 650);
	assert_int_equal(gross[1], 0);

	int64_t only[SHOP_VATS] = { 0, 0, 2500, 0 };
	shop_vat_share(only, 490);
	assert_int_equal(only[2], 2990);

	int64_t given[SHOP_VATS] = { 0 };
	shop_vat_share(given, 490);
	assert_int_equal(given[0], 490);
}

static const struct shop_step steps[] = { { "BE", 2000, 490 }, { "BE", 10000, 890 },
	{ "FR", 2000, 990 }, { "BE", 30000, 850 } };

static void
the_cheapest_step_that_carries_the_weight_counts(void **state)
{
	int64_t cents;

	(void)state;
	assert_true(shop_shipping(steps, 4, "BE", 0, 1000, -1, &cents));
	assert_int_equal(cents, 490);
	assert_true(shop_shipping(steps, 4, "BE", 2000, 1000, -1, &cents));
	assert_int_equal(cents, 490);
	assert_true(shop_shipping(steps, 4, "BE", 2001, 1000, -1, &cents));
	assert_int_equal(cents, 850);
	assert_false(shop_shipping(steps, 4, "BE", 30001, 1000, -1, &cents));
	assert_false(shop_shipping(steps, 4, "FR", 2001, 1000, -1, &cents));
	assert_false(shop_shipping(steps, 4, "LU", 1, 1000, -1, &cents));
}

static void
delivery_is_free_from_an_amount_and_included_without_a_tariff(void **state)
{
	int64_t cents;

	(void)state;
	assert_true(shop_shipping(steps, 4, "FR", 10, 4999, 5000, &cents));
	assert_int_equal(cents, 990);
	assert_true(shop_shipping(steps, 4, "FR", 10, 5000, 5000, &cents));
	assert_int_equal(cents, 0);
	assert_false(shop_shipping(steps, 4, "FR", 9999, 5000, 5000, &cents));
	assert_true(shop_shipping(NULL, 0, "FR", 99999, 1, -1, &cents));
	assert_int_equal(cents, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vat_is_taken_out_of_the_price_and_rounded_half_up),
		cmocka_unit_test(each_country_has_its_rates),
		cmocka_unit_test(delivery_shares_the_rates_of_the_goods_and_no_cent_is_lost),
		cmocka_unit_test(the_cheapest_step_that_carries_the_weight_counts),
		cmocka_unit_test(delivery_is_free_from_an_amount_and_included_without_a_tariff),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
