-- SPDX-License-Identifier: EUPL-1.2
-- A shop with something on each of its pages: for the tests of its handlers, and for those who look at its pages.

INSERT INTO category (id, parent, slug, path, title, products) VALUES
	(1, NULL, 'tools', 'Tools', 'Tools', 2),
	(2, 1, 'drills', 'Tools > Drills', 'Drills', 1),
	(3, NULL, 'books', 'Books', 'Books', 1);

INSERT INTO product (id, code, slug, name, category, top, description, quality, option1_name, published, price_cents, price_varies, for_sale, is_last, vat) VALUES
	(1, 'drill', 'drill', 'Drill', 2, 1, 'Drills through wood and brick.', 'new', 'Colour', 1, 8900, 1, 1, 0, 'standard'),
	(2, 'handbook', 'handbook', 'Handbook of repair', 3, 3, 'How to mend what others throw away.', 'good', '', 1, 2120, 0, 1, 0, 'reduced'),
	(3, 'hammer', 'hammer', 'Hammer', 1, 1, 'The last one has gone.', 'new', '', 1, 1500, 0, 0, 0, 'standard'),
	(4, 'saw', 'saw', 'Saw', 1, 1, 'Not yet on show.', 'new', '', 0, 1900, 0, 1, 0, 'standard');

INSERT INTO variant (id, product, code, sku, option1, price_cents, stock, weight_grams) VALUES
	(1, 1, 'D-1', 'D-1', 'Green', 8900, 3, 1500),
	(2, 1, 'D-2', 'D-2', 'Red', 9900, 1, 1500),
	(3, 2, 'B-1', 'B-1', '', 2120, NULL, 400),
	(4, 3, 'H-1', 'H-1', '', 1500, 0, 600),
	(5, 4, 'S-1', 'S-1', '', 1900, 7, 700);

INSERT INTO payment (only_one, beneficiary, iban, bic) VALUES (1, 'Acme', 'BE68539007547034', 'GKCCBEBB');

UPDATE selling SET free_from_cents = 20000, mail = 'sales@acme.example';

INSERT INTO shipping (country, up_to_grams, price_cents) VALUES ('BE', 2000, 490), ('BE', 10000, 890), ('FR', 2000, 990);

INSERT INTO shop_order (id, token, communication, state, name, mail, street, postal_code, city, country, language, shipping_cents, total_cents, currency, created, mail_due) VALUES
	(1001, REPEAT('a', 32), '000000100178', 'placed', 'Amélie Dubois', 'amelie@example.be', 'rue Haute 1', '5000', 'Namur', 'BE', 'fr', 490, 9390, 'EUR', UTC_TIMESTAMP(6) - INTERVAL 3 DAY, NULL),
	(1002, REPEAT('b', 32), '000000100279', 'paid', 'Jef Peeters', 'jef@example.be', 'Veldstraat 2', '9000', 'Gent', 'BE', 'nl', 490, 4730, 'EUR', UTC_TIMESTAMP(6) - INTERVAL 2 DAY, NULL),
	(1003, REPEAT('c', 32), '000000100380', 'shipped', 'Lena Vogel', 'lena@example.be', 'Hauptstraße 3', '4700', 'Eupen', 'BE', 'de', 0, 26700, 'EUR', UTC_TIMESTAMP(6) - INTERVAL 1 DAY, NULL);

INSERT INTO order_line (shop_order, variant, name, options, count, price_cents, vat_rate) VALUES
	(1001, 1, 'Drill', 'Green', 1, 8900, 21.00),
	(1002, 3, 'Handbook of repair', '', 2, 2120, 6.00),
	(1003, 1, 'Drill', 'Green', 3, 8900, 21.00);

INSERT INTO order_vat (shop_order, rate, gross_cents, vat_cents) VALUES (1001, 21.00, 9390, 1630), (1002, 6.00, 4730, 268), (1003, 21.00, 26700, 4634);

INSERT INTO order_change (shop_order, state, by_name, at) VALUES
	(1002, 'paid', 'Camille', UTC_TIMESTAMP(6) - INTERVAL 1 DAY),
	(1003, 'paid', 'Camille', UTC_TIMESTAMP(6) - INTERVAL 1 DAY),
	(1003, 'shipped', 'Camille', UTC_TIMESTAMP(6) - INTERVAL 2 HOUR);

INSERT INTO import_run (id, by_name, file_name, state, products, changed, variants, warnings, errors, created, imported) VALUES
	(1, 'Camille', 'products.csv', 'done', 3, 1, 4, 0, 1, UTC_TIMESTAMP(6) - INTERVAL 4 DAY, UTC_TIMESTAMP(6) - INTERVAL 4 DAY);

INSERT INTO import_line (import_run, is_error, line, place, words, about) VALUES (1, 1, 5, 3, 'The price is missing.', 'ladder');
