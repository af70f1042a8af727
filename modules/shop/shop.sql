-- SPDX-License-Identifier: EUPL-1.2
-- The shop's statements: pages of the shop first, then orders, then the import.

-- The same rows on every page of the shop, so MariaDB keeps them until one of them changes; as with `steps`.
-- name: top_categories ()
SELECT SQL_CACHE slug, title FROM category WHERE parent IS NULL AND products > 0 ORDER BY title LIMIT 12

-- name: category_by_slug (slug)
SELECT id, slug, title, products, parent IS NULL AS is_top FROM category WHERE slug = :slug

-- The categories above one, the outermost first: those whose path is a beginning of its own. SHOP_LEVELS is 6.
-- name: category_parents (slug)
SELECT a.slug, a.title FROM category c JOIN category a ON a.path IN (SUBSTRING_INDEX(c.path, ' > ', 1), SUBSTRING_INDEX(c.path, ' > ', 2),
	SUBSTRING_INDEX(c.path, ' > ', 3), SUBSTRING_INDEX(c.path, ' > ', 4), SUBSTRING_INDEX(c.path, ' > ', 5))
WHERE c.slug = :slug AND a.id <> c.id ORDER BY a.path

-- Those in a category, or beside one that has none in it.
-- name: sub_categories (slug)
SELECT s.slug, s.title, s.products, s.slug = :slug AS is_current FROM category c
JOIN category s ON s.parent = IF(EXISTS (SELECT i.id FROM category i WHERE i.parent = c.id AND i.products > 0), c.id, c.parent)
WHERE c.slug = :slug AND s.products > 0 ORDER BY s.title LIMIT 30

-- A page of a list, after the product `after`; `_back`: the page that ends before the product `before`, read backwards.
-- Left to itself MariaDB takes the same index for `published` alone, and reads all rows before the page.
-- name: products_of_all (after, limit)
SELECT id, slug, name, quality, picture, price_cents, price_varies, for_sale, is_last
FROM product FORCE INDEX (all_of_them) WHERE published = 1 AND id > COALESCE(:after, 0) ORDER BY id LIMIT :limit

-- name: products_of_all_back (before, limit)
SELECT id, slug, name, quality, picture, price_cents, price_varies, for_sale, is_last
FROM product FORCE INDEX (all_of_them) WHERE published = 1 AND id < :before ORDER BY id DESC LIMIT :limit

-- name: products_of_top (top, after, limit)
SELECT id, slug, name, quality, picture, price_cents, price_varies, for_sale, is_last
FROM product FORCE INDEX (of_top) WHERE published = 1 AND top = :top AND id > COALESCE(:after, 0) ORDER BY id LIMIT :limit

-- name: products_of_top_back (top, before, limit)
SELECT id, slug, name, quality, picture, price_cents, price_varies, for_sale, is_last
FROM product FORCE INDEX (of_top) WHERE published = 1 AND top = :top AND id < :before ORDER BY id DESC LIMIT :limit

-- name: products_of_category (category, after, limit)
WITH RECURSIVE below AS (SELECT id, 1 AS depth FROM category WHERE id = :category
	UNION ALL SELECT c.id, b.depth + 1 FROM below b JOIN category c ON c.parent = b.id WHERE b.depth < 10)
SELECT p.id, p.slug, p.name, p.quality, p.picture, p.price_cents, p.price_varies, p.for_sale, p.is_last
FROM below b JOIN product p ON p.category = b.id AND p.published = 1 WHERE p.id > COALESCE(:after, 0) ORDER BY p.id LIMIT :limit

-- name: products_of_category_back (category, before, limit)
WITH RECURSIVE below AS (SELECT id, 1 AS depth FROM category WHERE id = :category
	UNION ALL SELECT c.id, b.depth + 1 FROM below b JOIN category c ON c.parent = b.id WHERE b.depth < 10)
SELECT p.id, p.slug, p.name, p.quality, p.picture, p.price_cents, p.price_varies, p.for_sale, p.is_last
FROM below b JOIN product p ON p.category = b.id AND p.published = 1 WHERE p.id < :before ORDER BY p.id DESC LIMIT :limit

-- A row for each variant, and in each what is the same for all, as a statement more costs as much as thirty rows. A long
-- description has a statement of its own, so that 200 variants do not repeat it.
-- name: product_page (slug)
SELECT p.slug, p.name, IF(LENGTH(p.description) <= 4000, p.description, NULL) AS description,
	p.quality, p.option1_name, p.option2_name, p.option3_name, p.picture, p.price_varies,
	c.slug AS category_slug, c.title AS category_title, c.parent IS NOT NULL AS has_parents, s.scheme, s.free_from_cents,
	v.id, v.option1, v.option2, v.option3, v.price_cents, v.stock, v.weight_grams, v.stock IS NULL OR v.stock > 0 AS for_sale, v.stock = 1 AS is_last
FROM product p JOIN selling s ON s.only_one = 1 LEFT JOIN category c ON c.id = p.category
JOIN variant v FORCE INDEX (PRIMARY) ON v.product = p.id AND v.removed = 0
WHERE p.slug = :slug AND p.published = 1 ORDER BY v.id

-- name: long_description (slug)
SELECT description FROM product WHERE slug = :slug

-- name: neighbours_of_product (slug)
SELECT n.slug, n.name, n.picture, n.price_cents, n.price_varies FROM product p
JOIN product n FORCE INDEX (of_category) ON n.category = p.category AND n.published = 1 AND n.id > p.id
WHERE p.slug = :slug AND p.published = 1 ORDER BY n.id LIMIT 4

-- name: picture_by_hash (hash)
SELECT type, bytes FROM picture WHERE hash = :hash

-- name: variant_to_order (id)
SELECT v.id, v.option1, v.option2, v.option3, v.price_cents, v.stock, v.stock IS NULL OR v.stock > 0 AS for_sale,
	p.id AS product, p.slug, p.name, p.picture FROM variant v JOIN product p ON p.id = v.product WHERE v.id = :id AND v.removed = 0 AND p.published = 1

-- name: delivery_terms ()
SELECT country, scheme, free_from_cents FROM selling

-- The cart: a guest's by the browser's token, a customer's by what their session says.

-- name: cart_count (visitor)
SELECT COALESCE(SUM(count), 0) AS pieces FROM cart_line
WHERE owner = COALESCE((SELECT cart FROM customer_session WHERE visitor = :visitor AND expires > UTC_TIMESTAMP(6)), :visitor)

-- name: cart_lines (visitor)
SELECT l.variant, l.count, v.option1, v.option2, v.option3, v.price_cents, v.price_cents * l.count AS sum_cents, v.stock,
	v.weight_grams, p.published = 1 AND v.removed = 0 AND (v.stock IS NULL OR v.stock >= l.count) AS available,
	p.slug, p.name, p.picture, p.published, p.vat
FROM cart_line l JOIN variant v ON v.id = l.variant JOIN product p ON p.id = v.product
WHERE l.owner = COALESCE((SELECT cart FROM customer_session WHERE visitor = :visitor AND expires > UTC_TIMESTAMP(6)), :visitor)
ORDER BY l.added, l.variant

-- name: cart_to_order (owner)
SELECT l.variant, l.count, v.option1, v.option2, v.option3, v.price_cents, v.price_cents * l.count AS sum_cents, v.stock,
	v.weight_grams, p.published = 1 AND v.removed = 0 AND (v.stock IS NULL OR v.stock >= l.count) AS available,
	p.slug, p.name, p.picture, p.published, p.vat
FROM cart_line l JOIN variant v ON v.id = l.variant JOIN product p ON p.id = v.product
WHERE l.owner = :owner ORDER BY l.added, l.variant FOR UPDATE

-- name: cart_line_of (owner, variant)
SELECT count FROM cart_line WHERE owner = :owner AND variant = :variant

-- name: cart_size (owner)
SELECT COUNT(*) AS `lines` FROM cart_line WHERE owner = :owner

-- name: cart_put (owner, variant, count, now)
INSERT INTO cart_line (owner, variant, count, added) VALUES (:owner, :variant, :count, :now)
ON DUPLICATE KEY UPDATE count = :count

-- name: cart_remove (owner, variant)
DELETE FROM cart_line WHERE owner = :owner AND variant = :variant

-- name: cart_clear (owner)
DELETE FROM cart_line WHERE owner = :owner

-- name: cart_merge (owner, guest)
INSERT INTO cart_line (owner, variant, count, added)
SELECT :owner, g.variant, g.count, g.added FROM cart_line g WHERE g.owner = :guest
ON DUPLICATE KEY UPDATE count = LEAST(99, cart_line.count + g.count)

-- name: carts_sweep (limit)
DELETE FROM cart_line WHERE added < UTC_TIMESTAMP(6) - INTERVAL 180 DAY LIMIT :limit

-- Customers.

-- name: customer_of (visitor)
SELECT mail, cart FROM customer_session WHERE visitor = :visitor AND expires > UTC_TIMESTAMP(6)

-- name: customer_link_add (hash, mail)
INSERT INTO customer_link (token_hash, mail, expires) VALUES (:hash, LOWER(:mail), UTC_TIMESTAMP(6) + INTERVAL 1 DAY)

-- name: customer_links_of (mail)
SELECT COUNT(*) AS fresh FROM customer_link WHERE mail = LOWER(:mail) AND expires > UTC_TIMESTAMP(6) + INTERVAL 1 DAY - INTERVAL 10 MINUTE

-- name: customer_link_by_hash (hash)
SELECT mail FROM customer_link WHERE token_hash = :hash AND expires > UTC_TIMESTAMP(6)

-- name: customer_link_use (hash)
DELETE FROM customer_link WHERE token_hash = :hash

-- name: customer_enter (visitor, mail, cart)
INSERT INTO customer_session (visitor, mail, cart, expires) VALUES (:visitor, :mail, :cart, UTC_TIMESTAMP(6) + INTERVAL 90 DAY)

-- name: customer_leave (visitor)
DELETE FROM customer_session WHERE visitor = :visitor

-- name: customer_sessions_sweep (limit)
DELETE FROM customer_session WHERE expires < UTC_TIMESTAMP(6) LIMIT :limit

-- name: customer_links_sweep (limit)
DELETE FROM customer_link WHERE expires < UTC_TIMESTAMP(6) LIMIT :limit

-- name: orders_of_customer (mail)
SELECT id, token, state, total_cents, currency, created FROM shop_order WHERE mail = :mail AND BINARY mail = BINARY :mail ORDER BY id DESC LIMIT 50

-- name: last_order_of (visitor)
SELECT o.name, o.mail, o.street, o.postal_code, o.city, o.country FROM customer_session s
JOIN shop_order o ON o.mail = s.mail AND BINARY o.mail = BINARY s.mail WHERE s.visitor = :visitor AND s.expires > UTC_TIMESTAMP(6) ORDER BY o.id DESC LIMIT 1

-- Orders.

-- name: selling ()
SELECT country, scheme, free_from_cents, mail FROM selling

-- name: steps ()
SELECT SQL_CACHE id, country, up_to_grams, price_cents FROM shipping ORDER BY country, up_to_grams LIMIT 100

-- name: payment ()
SELECT beneficiary, iban, bic FROM payment

-- name: stock_take (owner)
UPDATE cart_line l STRAIGHT_JOIN variant v ON v.id = l.variant SET v.stock = v.stock - l.count
WHERE l.owner = :owner AND (v.stock IS NULL OR v.stock >= l.count)

-- name: order_add (token, name, mail, street, postal_code, city, country, language, shipping, total, currency, created)
INSERT INTO shop_order (token, name, mail, street, postal_code, city, country, language, shipping_cents, total_cents, currency, created)
VALUES (:token, :name, LOWER(:mail), :street, :postal_code, :city, :country, :language, :shipping, :total, :currency, :created)

-- name: order_communicate (id, communication)
UPDATE shop_order SET communication = :communication WHERE id = :id

-- name: order_lines_add (order, owner, standard, intermediate, reduced, super_reduced)
INSERT INTO order_line (shop_order, variant, name, options, picture, count, price_cents, vat_rate)
SELECT :order, v.id, p.name, CONCAT_WS(', ', NULLIF(v.option1, ''), NULLIF(v.option2, ''), NULLIF(v.option3, '')), p.picture, l.count, v.price_cents,
	CASE p.vat WHEN 'standard' THEN :standard WHEN 'intermediate' THEN :intermediate WHEN 'reduced' THEN :reduced ELSE :super_reduced END
FROM cart_line l JOIN variant v ON v.id = l.variant JOIN product p ON p.id = v.product WHERE l.owner = :owner ORDER BY l.added, l.variant

-- name: order_vats_add (order, vats)
INSERT INTO order_vat (shop_order, rate, gross_cents, vat_cents)
SELECT :order, j.rate, SUM(j.gross), SUM(j.vat) FROM JSON_TABLE(:vats, '$[*]' COLUMNS (rate DECIMAL(4,2) PATH '$.rate',
	gross BIGINT PATH '$.gross', vat BIGINT PATH '$.vat')) j GROUP BY j.rate

-- name: order_by_token (token)
SELECT id, communication, name, mail, street, postal_code, city, country, shipping_cents, total_cents, currency, created, state
FROM shop_order WHERE token = :token

-- name: lines_by_token (token)
SELECT l.name, l.options, l.picture, l.count, l.price_cents * l.count AS sum_cents, o.currency
FROM shop_order o JOIN order_line l ON l.shop_order = o.id WHERE o.token = :token ORDER BY l.id

-- name: vats_by_token (token)
SELECT CAST(v.rate * 100 AS SIGNED) AS hundredths, v.vat_cents, o.currency FROM shop_order o JOIN order_vat v ON v.shop_order = o.id WHERE o.token = :token AND v.rate > 0 ORDER BY v.rate DESC

-- name: vats_by_id (id)
SELECT CAST(v.rate * 100 AS SIGNED) AS hundredths, v.vat_cents, o.currency FROM shop_order o JOIN order_vat v ON v.shop_order = o.id WHERE o.id = :id AND v.rate > 0 ORDER BY v.rate DESC

-- The latest first: those older than the order `after`; `_back`: those newer than the order `before`, read backwards.
-- name: orders (state, words, since, until, after, limit)
SELECT id, name, mail, city, country, state, total_cents, currency, created FROM shop_order
WHERE (:state IS NULL OR state = :state) AND (:words IS NULL OR id = :words OR name LIKE CONCAT('%', :words, '%') OR mail LIKE CONCAT('%', :words, '%')
	OR city LIKE CONCAT('%', :words, '%') OR communication = REGEXP_REPLACE(:words, '[^0-9]', ''))
	AND (:since IS NULL OR created >= :since) AND (:until IS NULL OR created < :until) AND id < COALESCE(:after, 4294967295)
ORDER BY id DESC LIMIT :limit

-- name: orders_back (state, words, since, until, before, limit)
SELECT id, name, mail, city, country, state, total_cents, currency, created FROM shop_order
WHERE (:state IS NULL OR state = :state) AND (:words IS NULL OR id = :words OR name LIKE CONCAT('%', :words, '%') OR mail LIKE CONCAT('%', :words, '%')
	OR city LIKE CONCAT('%', :words, '%') OR communication = REGEXP_REPLACE(:words, '[^0-9]', ''))
	AND (:since IS NULL OR created >= :since) AND (:until IS NULL OR created < :until) AND id > :before
ORDER BY id LIMIT :limit

-- name: order_counts ()
SELECT COALESCE(SUM(state = 'placed'), 0) AS placed, COALESCE(SUM(state = 'paid'), 0) AS paid FROM shop_order WHERE state IN ('placed', 'paid')

-- Settings that are missing before the shop can sell.
-- name: readiness ()
SELECT EXISTS (SELECT iban FROM payment) AS has_account, EXISTS (SELECT id FROM product WHERE published = 1 AND for_sale = 1) AS has_articles,
	(SELECT mail <> '' FROM selling) AS has_mail

-- Paid ones alone: what was ordered and never paid is no sale.
-- `days` has the moments at which each day of the tenant's zone begins and ends.
-- name: sales_by_day (days)
SELECT d.place, SUM(o.total_cents) AS total_cents, MIN(o.currency) AS currency
FROM JSON_TABLE(:days, '$[*]' COLUMNS (place FOR ORDINALITY, begins VARCHAR(30) COLLATE utf8mb4_unicode_520_ci PATH '$.begins', ends VARCHAR(30) COLLATE utf8mb4_unicode_520_ci PATH '$.ends')) d
JOIN shop_order o ON o.created >= STR_TO_DATE(d.begins, '%Y-%m-%dT%H:%i:%sZ') AND o.created < STR_TO_DATE(d.ends, '%Y-%m-%dT%H:%i:%sZ')
WHERE o.state IN ('paid', 'shipped') GROUP BY d.place

-- name: orders_export (state, words, since, before, last, placed, paid, shipped, cancelled, limit)
SELECT o.id, o.created, CASE o.state WHEN 'placed' THEN :placed WHEN 'paid' THEN :paid WHEN 'shipped' THEN :shipped ELSE :cancelled END AS state, o.name, o.mail, o.street, o.postal_code, o.city, o.country, o.communication, o.shipping_cents, o.total_cents,
	o.currency, (SELECT SUM(v.vat_cents) FROM order_vat v WHERE v.shop_order = o.id) AS vat_cents,
	(SELECT GROUP_CONCAT(CONCAT(l.count, ' x ', l.name, IF(l.options = '', '', CONCAT(' (', l.options, ')'))) ORDER BY l.id SEPARATOR '; ')
	FROM order_line l WHERE l.shop_order = o.id) AS articles
FROM shop_order o WHERE (:state IS NULL OR o.state = :state) AND (:words IS NULL OR o.id = :words OR o.name LIKE CONCAT('%', :words, '%')
	OR o.mail LIKE CONCAT('%', :words, '%') OR o.city LIKE CONCAT('%', :words, '%') OR o.communication = REGEXP_REPLACE(:words, '[^0-9]', ''))
	AND (:since IS NULL OR o.created >= :since) AND (:before IS NULL OR o.created < :before) AND (:last IS NULL OR o.id < :last)
ORDER BY o.id DESC LIMIT :limit

-- name: order_by_id (id)
SELECT id, communication, name, mail, street, postal_code, city, country, language, state,
	state IN ('placed', 'paid') AS open, state = 'paid' OR (state IN ('shipped', 'cancelled') AND mail_due > UTC_TIMESTAMP(6)) AS undoable,
	mail_due, shipping_cents, total_cents, currency, created
FROM shop_order WHERE id = :id

-- name: lines_by_id (id)
SELECT l.name, l.options, l.picture, l.count, l.price_cents, l.price_cents * l.count AS sum_cents, o.currency
FROM shop_order o JOIN order_line l ON l.shop_order = o.id WHERE o.id = :id ORDER BY l.id

-- State changes of all orders in the list `ids`.

-- name: orders_to_change (ids, from, or_from)
SELECT o.id, o.name, o.mail, o.state AS state_before, o.total_cents, o.currency
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j JOIN shop_order o ON o.id = j.id
WHERE o.state IN (:from, :or_from) ORDER BY o.id FOR UPDATE

-- name: orders_state (ids, to, from, or_from, due)
UPDATE shop_order SET state = :to, mail_due = :due
WHERE id IN (SELECT j.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j) AND state IN (:from, :or_from)

-- name: order_changes_add (ids, state, by, at, undo)
INSERT INTO order_change (shop_order, state, by_name, at, is_undo)
SELECT j.id, :state, :by, :at, :undo FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j

-- name: order_changes (id)
SELECT state, is_undo, by_name, at FROM order_change WHERE shop_order = :id ORDER BY id

-- name: stock_put_back (ids)
UPDATE variant v JOIN (SELECT variant, SUM(count) AS count FROM order_line
		WHERE shop_order IN (SELECT j.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j) GROUP BY variant) l
	ON l.variant = v.id SET v.stock = v.stock + l.count WHERE v.stock IS NOT NULL

-- name: availability_of_orders (ids)
UPDATE product p JOIN (SELECT v.product, MAX(v.stock IS NULL OR v.stock > 0) AS for_sale, SUM(COALESCE(v.stock, 1000)) = 1 AS is_last
		FROM variant v WHERE v.removed = 0 AND v.product IN (SELECT o.product FROM order_line l JOIN variant o ON o.id = l.variant
			WHERE l.shop_order IN (SELECT j.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j))
		GROUP BY v.product) v ON v.product = p.id
SET p.for_sale = v.for_sale, p.is_last = v.is_last

-- The customers who are to be told by now, each once.
-- name: orders_to_tell (ids, state)
SELECT o.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j JOIN shop_order o ON o.id = j.id
WHERE o.state = :state AND o.mail_due <= UTC_TIMESTAMP(6) + INTERVAL 1 SECOND ORDER BY o.id FOR UPDATE

-- name: orders_told (ids)
UPDATE shop_order SET mail_due = NULL WHERE id IN (SELECT j.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j)

-- Undoing the last change: the state before it, where it can still be undone.
-- name: order_to_undo (id)
SELECT o.id, o.state, CASE o.state WHEN 'paid' THEN 'placed' WHEN 'shipped' THEN 'paid'
		ELSE COALESCE((SELECT c.state FROM order_change c WHERE c.shop_order = o.id ORDER BY c.id DESC LIMIT 1 OFFSET 1), 'placed') END AS state_before
FROM shop_order o WHERE o.id = :id AND (o.state = 'paid' OR o.state IN ('shipped', 'cancelled') AND o.mail_due > UTC_TIMESTAMP(6)) FOR UPDATE

-- name: order_undo (id, to)
UPDATE shop_order SET state = :to, mail_due = NULL WHERE id = :id

-- name: lines_short (id)
SELECT COUNT(*) AS short FROM order_line l JOIN variant v ON v.id = l.variant WHERE l.shop_order = :id AND v.stock < l.count FOR UPDATE

-- name: stock_take_again (id)
UPDATE variant v JOIN order_line l ON l.variant = v.id SET v.stock = v.stock - l.count WHERE l.shop_order = :id AND v.stock IS NOT NULL

-- Settings.

-- name: payment_held ()
SELECT beneficiary, iban, bic FROM payment FOR UPDATE

-- name: selling_held ()
SELECT country, scheme, free_from_cents, mail FROM selling FOR UPDATE

-- name: payment_set (beneficiary, iban, bic)
REPLACE INTO payment (only_one, beneficiary, iban, bic) VALUES (1, :beneficiary, :iban, :bic)

-- name: selling_set (country, scheme, free_from, mail)
UPDATE selling SET country = :country, scheme = :scheme, free_from_cents = :free_from, mail = :mail

-- name: step_put (country, up_to, price)
INSERT INTO shipping (country, up_to_grams, price_cents) VALUES (:country, :up_to, :price) ON DUPLICATE KEY UPDATE price_cents = :price

-- name: steps_held ()
SELECT id, country, up_to_grams, price_cents FROM shipping ORDER BY country, up_to_grams LIMIT 100 FOR UPDATE

-- name: steps_set (items)
UPDATE shipping s JOIN JSON_TABLE(:items, '$[*]' COLUMNS (id INT PATH '$.id', price BIGINT PATH '$.price')) j ON j.id = s.id SET s.price_cents = j.price

-- name: steps_remove (ids)
DELETE FROM shipping WHERE id IN (SELECT j.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j)

-- The merchant's products.

-- name: products_found (state, words, after, limit)
SELECT p.id, p.slug, p.name, p.picture, p.published, p.price_cents, p.price_varies, p.for_sale, c.title AS category,
	(SELECT COUNT(*) FROM variant v WHERE v.product = p.id AND v.removed = 0) AS variants,
	(SELECT CAST(SUM(v.stock) AS SIGNED) FROM variant v WHERE v.product = p.id AND v.removed = 0) AS pieces
FROM product p LEFT JOIN category c ON c.id = p.category
WHERE (:state IS NULL OR CASE :state WHEN 'hidden' THEN p.published = 0 WHEN 'sold' THEN p.for_sale = 0 ELSE p.published = 1 AND p.for_sale = 1 END)
	AND (:words IS NULL OR p.name LIKE CONCAT('%', :words, '%')
	OR EXISTS (SELECT s.id FROM variant s WHERE s.product = p.id AND s.removed = 0 AND s.sku LIKE CONCAT(:words, '%'))) AND p.id < COALESCE(:after, 4294967295)
ORDER BY p.id DESC LIMIT :limit

-- name: products_found_back (state, words, before, limit)
SELECT p.id, p.slug, p.name, p.picture, p.published, p.price_cents, p.price_varies, p.for_sale, c.title AS category,
	(SELECT COUNT(*) FROM variant v WHERE v.product = p.id AND v.removed = 0) AS variants,
	(SELECT CAST(SUM(v.stock) AS SIGNED) FROM variant v WHERE v.product = p.id AND v.removed = 0) AS pieces
FROM product p LEFT JOIN category c ON c.id = p.category
WHERE (:state IS NULL OR CASE :state WHEN 'hidden' THEN p.published = 0 WHEN 'sold' THEN p.for_sale = 0 ELSE p.published = 1 AND p.for_sale = 1 END)
	AND (:words IS NULL OR p.name LIKE CONCAT('%', :words, '%')
	OR EXISTS (SELECT s.id FROM variant s WHERE s.product = p.id AND s.removed = 0 AND s.sku LIKE CONCAT(:words, '%'))) AND p.id > :before
ORDER BY p.id LIMIT :limit

-- The conditions are in the words that the reader knows them by; an import reads them back.
-- name: products_export (state, words, product, last, new, as_new, good, fair, standard, intermediate, reduced, super_reduced, limit)
SELECT p.id AS product_id, v.id, p.code AS product, v.code AS variant, p.name, c.path AS category, p.description,
	CASE p.quality WHEN 'new' THEN :new WHEN 'as_new' THEN :as_new WHEN 'good' THEN :good ELSE :fair END AS quality, v.sku, p.option1_name, v.option1,
	p.option2_name, v.option2, p.option3_name, v.option3, v.price_cents, v.stock, v.weight_grams,
	CASE p.vat WHEN 'standard' THEN :standard WHEN 'intermediate' THEN :intermediate WHEN 'reduced' THEN :reduced ELSE :super_reduced END AS vat, p.published
FROM product p JOIN variant v ON v.product = p.id AND v.removed = 0 LEFT JOIN category c ON c.id = p.category
WHERE (:state IS NULL OR CASE :state WHEN 'hidden' THEN p.published = 0 WHEN 'sold' THEN p.for_sale = 0 ELSE p.published = 1 AND p.for_sale = 1 END)
	AND (:words IS NULL OR p.name LIKE CONCAT('%', :words, '%')
	OR EXISTS (SELECT s.id FROM variant s WHERE s.product = p.id AND s.removed = 0 AND s.sku LIKE CONCAT(:words, '%')))
	AND p.id >= COALESCE(:product, 0) AND (p.id > COALESCE(:product, 0) OR v.id > COALESCE(:last, 0))
ORDER BY p.id, v.id LIMIT :limit

-- name: products_publish (ids, published)
UPDATE product SET published = :published WHERE id IN (SELECT j.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j)

-- name: product_by_id (id)
SELECT p.id, p.slug, p.name, p.description, p.quality, p.vat,
	p.option1_name, p.option2_name, p.option3_name, p.picture, p.published, p.category, c.path AS category_path,
	(SELECT SHA2(GROUP_CONCAT(v.id, ':', v.price_cents, ':', v.weight_grams, ':', COALESCE(v.sku, ''), ':', v.option1, '/', v.option2, '/', v.option3
		ORDER BY v.id SEPARATOR '|'), 256) FROM variant v WHERE v.product = p.id AND v.removed = 0) AS variants
FROM product p LEFT JOIN category c ON c.id = p.category WHERE p.id = :id

-- name: variants_by_product (id)
SELECT id, sku, option1, option2, option3, price_cents, regular_cents, sale_until, stock, weight_grams FROM variant
WHERE product = :id AND removed = 0 ORDER BY id LIMIT 1000

-- name: variants_held (id)
SELECT id, code, sku, option1, option2, option3, price_cents, stock FROM variant WHERE product = :id AND removed = 0 ORDER BY id LIMIT 1000 FOR UPDATE

-- A variant that orders refer to is kept for them, hidden; any other is gone.
-- name: variants_leave_carts (ids)
DELETE FROM cart_line WHERE variant IN (SELECT j.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j)

-- name: variants_hide (ids)
UPDATE variant SET removed = 1, code = CONCAT('removed/', id) WHERE id IN (SELECT j.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j)

-- name: variants_remove (ids)
DELETE FROM variant WHERE id IN (SELECT j.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j)
	AND NOT EXISTS (SELECT l.id FROM order_line l WHERE l.variant = variant.id)

-- So that two variants can exchange their codes.
-- name: variants_uncode (ids)
UPDATE variant SET code = CONCAT('changing/', id) WHERE id IN (SELECT j.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id INT PATH '$')) j)

-- Another price ends a sale.
-- name: variants_end_sales (items)
UPDATE variant v JOIN JSON_TABLE(:items, '$[*]' COLUMNS (id INT PATH '$.id', price BIGINT PATH '$.price')) j ON j.id = v.id
SET v.regular_cents = NULL, v.sale_until = NULL WHERE v.price_cents <> j.price AND v.sale_until IS NOT NULL

-- Each night. In one statement, so that a price is never without its sale or the other way round.
-- name: sales_end (today)
UPDATE variant SET price_cents = regular_cents, regular_cents = NULL, sale_until = NULL WHERE sale_until < :today

-- The stock changes by the difference that was typed, so sales since the form was loaded are kept.
-- name: variants_set (items)
UPDATE variant v JOIN JSON_TABLE(:items, '$[*]' COLUMNS (id INT PATH '$.id', code VARCHAR(600) COLLATE utf8mb4_nopad_bin PATH '$.code', sku VARCHAR(100) COLLATE utf8mb4_unicode_520_ci PATH '$.sku', option1 VARCHAR(100) COLLATE utf8mb4_unicode_520_ci PATH '$.option1',
	option2 VARCHAR(100) COLLATE utf8mb4_unicode_520_ci PATH '$.option2', option3 VARCHAR(100) COLLATE utf8mb4_unicode_520_ci PATH '$.option3', price BIGINT PATH '$.price', stock INT PATH '$.stock', had INT PATH '$.had', weight INT PATH '$.weight')) j ON j.id = v.id
SET v.code = j.code, v.sku = j.sku, v.option1 = j.option1, v.option2 = j.option2, v.option3 = j.option3, v.price_cents = j.price, v.weight_grams = j.weight,
	v.stock = IF(j.stock IS NULL OR j.had IS NULL OR v.stock IS NULL, j.stock, GREATEST(0, v.stock + j.stock - j.had))

-- name: variants_add (product, items)
INSERT INTO variant (product, code, sku, option1, option2, option3, price_cents, stock, weight_grams)
SELECT :product, j.code, j.sku, j.option1, j.option2, j.option3, j.price, j.stock, j.weight FROM JSON_TABLE(:items, '$[*]' COLUMNS (code VARCHAR(600) COLLATE utf8mb4_nopad_bin PATH '$.code',
	sku VARCHAR(100) COLLATE utf8mb4_unicode_520_ci PATH '$.sku', option1 VARCHAR(100) COLLATE utf8mb4_unicode_520_ci PATH '$.option1', option2 VARCHAR(100) COLLATE utf8mb4_unicode_520_ci PATH '$.option2', option3 VARCHAR(100) COLLATE utf8mb4_unicode_520_ci PATH '$.option3',
	price BIGINT PATH '$.price', stock INT PATH '$.stock', weight INT PATH '$.weight')) j

-- name: category_paths ()
SELECT path FROM category ORDER BY path LIMIT 500

-- name: product_set (id, name, category, top, description, quality, vat, published)
UPDATE product SET name = :name, category = :category, top = :top, description = :description, quality = :quality, vat = :vat, published = :published
WHERE id = :id

-- name: product_held (id)
SELECT p.id, p.slug, p.name, p.category, p.description, p.quality, p.vat, p.published, p.option1_name, p.option2_name, p.option3_name,
	(SELECT SHA2(GROUP_CONCAT(v.id, ':', v.price_cents, ':', v.weight_grams, ':', COALESCE(v.sku, ''), ':', v.option1, '/', v.option2, '/', v.option3
		ORDER BY v.id SEPARATOR '|'), 256) FROM variant v WHERE v.product = p.id AND v.removed = 0) AS variants
FROM product p WHERE p.id = :id FOR UPDATE

-- name: product_picture (id, picture)
UPDATE product SET picture = :picture WHERE id = :id

-- name: product_add (code, slug, name, published)
INSERT INTO product (code, slug, name, description, published) VALUES (:code, :slug, :name, '', :published)

-- name: variant_add (product, code, sku, option1, option2, option3, price, stock, weight)
INSERT INTO variant (product, code, sku, option1, option2, option3, price_cents, stock, weight_grams)
VALUES (:product, :code, :sku, :option1, :option2, :option3, :price, :stock, :weight)

-- name: option_names_set (id, one, two, three)
UPDATE product SET option1_name = :one, option2_name = :two, option3_name = :three WHERE id = :id

-- name: product_refresh (product)
UPDATE product p JOIN (SELECT product, MIN(price_cents) AS low, MAX(price_cents) AS high,
		MAX(stock IS NULL OR stock > 0) AS for_sale, SUM(COALESCE(stock, 1000)) = 1 AS is_last FROM variant WHERE product = :product AND removed = 0 GROUP BY product) v
	ON v.product = p.id
SET p.price_cents = v.low, p.price_varies = v.low <> v.high, p.for_sale = v.for_sale, p.is_last = v.is_last

-- The import.

-- name: category_by_path (path)
SELECT id FROM category WHERE path = :path LOCK IN SHARE MODE

-- name: category_add (parent, slug, path, title)
INSERT INTO category (parent, slug, path, title) VALUES (:parent, :slug, :path, :title)

-- The highest number behind an address that others have too.
-- name: category_slugs (slug)
SELECT MAX(CAST(SUBSTRING(slug, CHAR_LENGTH(:slug) + 2) AS UNSIGNED)) AS number FROM category
WHERE slug LIKE CONCAT(:slug, '-%') AND SUBSTRING(slug, CHAR_LENGTH(:slug) + 2) REGEXP '^[0-9]{1,9}$'

-- name: product_slugs (slug)
SELECT MAX(CAST(SUBSTRING(slug, CHAR_LENGTH(:slug) + 2) AS UNSIGNED)) AS number FROM product
WHERE slug LIKE CONCAT(:slug, '-%') AND SUBSTRING(slug, CHAR_LENGTH(:slug) + 2) REGEXP '^[0-9]{1,9}$'

-- A field that the file lacks (NULL) gets its default in a new article, and keeps its value in an existing one.
-- name: import_product_add (code, slug, name, category, top, description, quality, option1_name, option2_name, option3_name, picture, published, vat)
INSERT INTO product (code, slug, name, category, top, description, quality, option1_name, option2_name, option3_name, picture, published, vat)
VALUES (:code, :slug, :name, :category, :top, COALESCE(:description, ''), COALESCE(:quality, 'new'), :option1_name, :option2_name,
	:option3_name, :picture, COALESCE(:published, 1), COALESCE(:vat, 'standard'))

-- name: import_product_set (id, name, has_category, category, top, description, quality, option1_name, option2_name, option3_name, picture, published, vat)
UPDATE product SET name = :name, category = IF(:has_category, :category, category), top = IF(:has_category, :top, top),
	description = COALESCE(:description, description), quality = COALESCE(:quality, quality),
	option2_name = IF(:option1_name = '', option2_name, :option2_name), option3_name = IF(:option1_name = '', option3_name, :option3_name),
	option1_name = IF(:option1_name = '', option1_name, :option1_name),
	picture = COALESCE(:picture, picture), published = COALESCE(:published, published), vat = COALESCE(:vat, vat)
WHERE id = :id

-- A file without the sale leaves one that runs at the very price; another price ends it.
-- name: variant_put (product, code, sku, option1, option2, option3, price, has_stock, stock, weight, regular, until)
INSERT INTO variant (product, code, sku, option1, option2, option3, price_cents, stock, weight_grams, regular_cents, sale_until)
VALUES (:product, :code, :sku, :option1, :option2, :option3, :price, :stock, COALESCE(:weight, 0), :regular, :until)
ON DUPLICATE KEY UPDATE regular_cents = IF(VALUES(sale_until) IS NULL AND price_cents = VALUES(price_cents), regular_cents, VALUES(regular_cents)),
	sale_until = IF(VALUES(sale_until) IS NULL AND price_cents = VALUES(price_cents), sale_until, VALUES(sale_until)), sku = COALESCE(:sku, sku), option1 = :option1, option2 = :option2, option3 = :option3,
	price_cents = :price, stock = IF(:has_stock, :stock, stock), weight_grams = COALESCE(:weight, weight_grams)

-- A variant identified by its options gets a SKU, or the other way round.
-- name: variant_adopt (id, code)
UPDATE variant SET code = :code WHERE id = :id

-- name: products_without_variants ()
UPDATE product p LEFT JOIN variant v ON v.product = p.id SET p.published = 0, p.for_sale = 0 WHERE p.published = 1 AND v.id IS NULL

-- name: picture_put (hash, type, bytes)
INSERT IGNORE INTO picture (hash, type, bytes) VALUES (:hash, :type, :bytes)

-- name: products_refresh ()
UPDATE product p JOIN (SELECT product, MIN(price_cents) AS low, MAX(price_cents) AS high,
		MAX(stock IS NULL OR stock > 0) AS for_sale, SUM(COALESCE(stock, 1000)) = 1 AS is_last FROM variant WHERE removed = 0 GROUP BY product) v
	ON v.product = p.id
SET p.price_cents = v.low, p.price_varies = v.low <> v.high, p.for_sale = v.for_sale, p.is_last = v.is_last

-- Each category with all that are in it and below it.
-- name: counts_refresh ()
UPDATE category c SET c.products = (SELECT COUNT(p.id) FROM category b JOIN product p ON p.category = b.id AND p.published = 1
	WHERE b.path = c.path OR LEFT(b.path, CHAR_LENGTH(c.path) + 3) = CONCAT(c.path, ' > '))

-- name: known_products (codes)
SELECT p.id, p.code, p.name, p.option1_name, p.option2_name, p.option3_name FROM JSON_TABLE(:codes, '$[*]'
	COLUMNS (code VARCHAR(255) COLLATE utf8mb4_nopad_bin PATH '$')) j JOIN product p ON p.code = j.code

-- A page of the variants of products, behind the variant `after`.
-- name: known_variants (products, after, limit)
SELECT v.id, v.product, v.code, v.sku, v.option1, v.option2, v.option3 FROM variant v
WHERE v.removed = 0 AND v.product IN (SELECT j.id FROM JSON_TABLE(:products, '$[*]' COLUMNS (id INT PATH '$')) j) AND v.id > :after ORDER BY v.id LIMIT :limit

-- To undo an import: the rows as they were before it, then the rows that it created.
-- name: import_keep_products (run, products)
INSERT INTO import_product (import_run, product, is_new, name, category, top, description, quality, option1_name, option2_name,
	option3_name, picture, published, vat)
SELECT :run, p.id, 0, p.name, p.category, p.top, p.description, p.quality, p.option1_name, p.option2_name, p.option3_name, p.picture,
	p.published, p.vat FROM JSON_TABLE(:products, '$[*]' COLUMNS (id INT PATH '$')) j JOIN product p ON p.id = j.id

-- name: import_keep_variants (run, products)
INSERT INTO import_variant (import_run, variant, is_new, code, sku, option1, option2, option3, price_cents, stock, weight_grams, regular_cents, sale_until)
SELECT :run, v.id, 0, v.code, v.sku, v.option1, v.option2, v.option3, v.price_cents, v.stock, v.weight_grams, v.regular_cents, v.sale_until
FROM JSON_TABLE(:products, '$[*]' COLUMNS (id INT PATH '$')) j JOIN variant v ON v.product = j.id

-- name: import_new_products (run, products)
INSERT IGNORE INTO import_product (import_run, product, is_new, name, description, quality, option1_name, option2_name, option3_name, published, vat)
SELECT :run, p.id, 1, '', '', 'new', '', '', '', 0, 'standard' FROM JSON_TABLE(:products, '$[*]' COLUMNS (id INT PATH '$')) j
JOIN product p ON p.id = j.id

-- name: import_new_variants (run, products)
INSERT IGNORE INTO import_variant (import_run, variant, is_new, code, option1, option2, option3, price_cents, weight_grams)
SELECT :run, v.id, 1, '', '', '', '', 0, 0 FROM JSON_TABLE(:products, '$[*]' COLUMNS (id INT PATH '$')) j JOIN variant v ON v.product = j.id

-- name: import_new_categories (run, categories)
INSERT IGNORE INTO import_category (import_run, category)
SELECT :run, j.id FROM JSON_TABLE(:categories, '$[*]' COLUMNS (id INT PATH '$')) j

-- Before undoing, for whoever decides: counts of what the statements below would delete and set back.
-- name: undo_effect (run)
SELECT (SELECT COUNT(*) FROM import_product k JOIN product p ON p.id = k.product WHERE k.import_run = :run AND k.is_new = 1
		AND NOT EXISTS (SELECT v.id FROM variant v LEFT JOIN import_variant i ON i.import_run = k.import_run AND i.variant = v.id AND i.is_new = 1
			WHERE v.product = p.id AND i.variant IS NULL)) AS products,
	(SELECT COUNT(*) FROM import_variant k JOIN variant v ON v.id = k.variant WHERE k.import_run = :run AND k.is_new = 1) AS variants,
	(SELECT COUNT(*) FROM import_product k JOIN product p ON p.id = k.product WHERE k.import_run = :run AND k.is_new = 0) AS restored,
	(SELECT COUNT(*) FROM import_variant k JOIN variant v ON v.id = k.variant WHERE k.import_run = :run AND k.is_new = 0 AND v.removed = 0
		AND NOT (v.price_cents, v.regular_cents, v.sale_until) <=> (k.price_cents, k.regular_cents, k.sale_until)) AS prices,
	(SELECT COUNT(DISTINCT l.owner) FROM cart_line l JOIN import_variant k ON k.variant = l.variant WHERE k.import_run = :run AND k.is_new = 1) AS carts

-- Undoing: an order holds the rows of what it sells until it is placed, and so does this.
-- name: undo_hold (run)
UPDATE variant v JOIN import_variant k ON k.variant = v.id SET v.weight_grams = v.weight_grams WHERE k.import_run = :run

-- name: undo_sold (run)
SELECT l.id FROM import_variant k JOIN import_run r ON r.id = k.import_run JOIN order_line l ON l.variant = k.variant
JOIN shop_order o ON o.id = l.shop_order WHERE k.import_run = :run AND (k.is_new = 1 OR o.created >= r.imported) LIMIT 1 LOCK IN SHARE MODE

-- name: undo_carts (run)
DELETE l FROM cart_line l JOIN import_variant k ON k.variant = l.variant WHERE k.import_run = :run AND k.is_new = 1

-- name: undo_new_variants (run)
DELETE v FROM variant v JOIN import_variant k ON k.variant = v.id WHERE k.import_run = :run AND k.is_new = 1

-- A variant that was made by hand since and has the code that one of the import would get back.
-- name: undo_clash (run)
SELECT n.id FROM import_variant k JOIN variant v ON v.id = k.variant AND v.removed = 0 JOIN variant n ON n.product = v.product AND n.code = k.code AND n.id <> v.id
LEFT JOIN import_variant i ON i.import_run = k.import_run AND i.variant = n.id
WHERE k.import_run = :run AND k.is_new = 0 AND i.variant IS NULL LIMIT 1 LOCK IN SHARE MODE

-- So that two variants can get each other's codes back.
-- name: undo_codes (run)
UPDATE variant v JOIN import_variant k ON k.variant = v.id SET v.code = CONCAT('changing/', v.id)
WHERE k.import_run = :run AND k.is_new = 0 AND v.removed = 0

-- A variant that was removed by hand since the import stays removed.
-- name: undo_variants (run)
UPDATE variant v JOIN import_variant k ON k.variant = v.id SET v.code = k.code, v.sku = k.sku, v.option1 = k.option1, v.option2 = k.option2,
	v.option3 = k.option3, v.price_cents = k.price_cents, v.stock = k.stock, v.weight_grams = k.weight_grams,
	v.regular_cents = k.regular_cents, v.sale_until = k.sale_until
WHERE k.import_run = :run AND k.is_new = 0 AND v.removed = 0

-- A product that got a variant from elsewhere since the import is kept.
-- name: undo_new_products (run)
DELETE p FROM product p JOIN import_product k ON k.product = p.id LEFT JOIN variant v ON v.product = p.id
WHERE k.import_run = :run AND k.is_new = 1 AND v.id IS NULL

-- name: undo_products (run)
UPDATE product p JOIN import_product k ON k.product = p.id SET p.name = k.name, p.category = k.category, p.top = k.top,
	p.description = k.description, p.quality = k.quality, p.option1_name = k.option1_name, p.option2_name = k.option2_name,
	p.option3_name = k.option3_name, p.picture = k.picture, p.published = k.published, p.vat = k.vat
WHERE k.import_run = :run AND k.is_new = 0

-- The innermost level that is empty; once for each level.
-- name: undo_categories (run)
DELETE c FROM category c JOIN import_category k ON k.category = c.id LEFT JOIN category i ON i.parent = c.id
LEFT JOIN product p ON p.category = c.id OR p.top = c.id WHERE k.import_run = :run AND i.id IS NULL AND p.id IS NULL

-- name: import_forget_products (run)
DELETE FROM import_product WHERE import_run = :run

-- name: import_forget_variants (run)
DELETE FROM import_variant WHERE import_run = :run

-- name: import_forget_categories (run)
DELETE FROM import_category WHERE import_run = :run

-- The imports themselves.

-- name: import_add (by, file_name, bytes, mapping, created)
INSERT INTO import_run (by_name, file_name, bytes, mapping, created) VALUES (:by, :file_name, :bytes, :mapping, :created)

-- Work whose job is gone has failed, whatever is recorded: see the table.
-- name: import_by_id (id)
SELECT r.id, r.by_name, r.file_name, r.mapping, r.attempt, r.bytes IS NOT NULL AS has_file,
	IF(r.state IN ('checking', 'importing', 'undoing') AND j.id IS NULL, 'failed', r.state) AS state, r.state AS recorded, r.reason,
	d.error AS dead_error, d.id IS NOT NULL AS is_dead, j.tries > 0 AND j.running = 0 AND j.error <> '' AS waits, j.error AS last_error,
	j.done AS rows_done, j.total AS rows_total, r.all_or_nothing, r.as_hidden, r.products, r.changed, r.variants, r.warnings, r.errors,
	r.created, r.imported,
	r.state = 'done' AND EXISTS (SELECT l.id FROM import_run l WHERE l.state = 'done' AND l.imported > r.imported) AS was_followed,
	r.state = 'done' AND NOT EXISTS (SELECT k.product FROM import_product k WHERE k.import_run = r.id) AS was_forgotten,
	r.state = 'done' AND EXISTS (SELECT l.id FROM import_variant k JOIN order_line l ON l.variant = k.variant JOIN shop_order o ON o.id = l.shop_order
		WHERE k.import_run = r.id AND (k.is_new = 1 OR o.created >= r.imported)) AS was_sold,
	r.state IN ('done', 'undoing') AND EXISTS (SELECT n.id FROM import_variant k JOIN variant v ON v.id = k.variant AND v.removed = 0
		JOIN variant n ON n.product = v.product AND n.code = k.code AND n.id <> v.id
		LEFT JOIN import_variant i ON i.import_run = k.import_run AND i.variant = n.id
		WHERE k.import_run = r.id AND k.is_new = 0 AND i.variant IS NULL) AS was_replaced
FROM import_run r LEFT JOIN socle.job j ON j.id = r.job AND j.module = 'shop' LEFT JOIN socle.dead_job d ON d.id = r.job AND d.module = 'shop'
WHERE r.id = :id

-- name: import_runs ()
SELECT r.id, r.by_name, r.file_name, IF(r.state IN ('checking', 'importing', 'undoing') AND j.id IS NULL, 'failed', r.state) AS state,
	r.products, r.changed, r.errors, r.created
FROM import_run r LEFT JOIN socle.job j ON j.id = r.job AND j.module = 'shop' ORDER BY r.id DESC LIMIT 20

-- name: import_held ()
SELECT only_one FROM import_lock FOR UPDATE

-- The beginning of the file, in which its first record stands.
-- name: import_head (id)
SELECT LEFT(bytes, 65536) AS bytes FROM import_run WHERE id = :id AND bytes IS NOT NULL

-- name: import_bytes (id)
SELECT file_name, mapping, bytes FROM import_run WHERE id = :id AND bytes IS NOT NULL

-- For a job: what it is to do, unless it was given up.
-- name: import_work (id, attempt, state)
SELECT file_name, mapping, bytes, all_or_nothing, as_hidden FROM import_run WHERE id = :id AND attempt = :attempt AND state = :state AND bytes IS NOT NULL

-- name: import_hold (id)
SELECT job FROM import_run WHERE id = :id FOR UPDATE

-- name: import_job_lives (job)
SELECT j.id FROM socle.job j WHERE j.id = :job AND j.module = 'shop'

-- Work begins: from a state that it may follow, or where earlier work was lost.
-- `job_is_lost`: the job of earlier work is not there any more; the row is held meanwhile (import_hold).
-- name: import_begin (id, to, from, or_from, job_is_lost, all_or_nothing, as_hidden)
UPDATE import_run SET state = :to, attempt = attempt + 1, job = NULL, reason = '', all_or_nothing = COALESCE(:all_or_nothing, all_or_nothing),
	as_hidden = COALESCE(:as_hidden, as_hidden)
WHERE id = :id AND (state IN (:from, :or_from) OR (state IN ('checking', 'importing') AND :to = 'checking' AND :job_is_lost)
	OR (state = 'failed' AND :to = 'checking')
	OR (state = 'undoing' AND :to = 'undoing' AND :job_is_lost))

-- name: import_job_is (id, job)
UPDATE import_run SET job = :job WHERE id = :id

-- name: import_attempt (id)
SELECT attempt FROM import_run WHERE id = :id

-- name: import_mapping (id, mapping)
UPDATE import_run SET mapping = :mapping WHERE id = :id

-- name: import_cancel (id, by)
UPDATE import_run SET state = 'failed', reason = :by WHERE id = :id AND state IN ('checking', 'importing')

-- name: import_counted (id, attempt, from, to, products, changed, variants, warnings, errors, imported)
UPDATE import_run SET state = :to, products = :products, changed = :changed, variants = :variants, warnings = :warnings, errors = :errors,
	imported = :imported WHERE id = :id AND attempt = :attempt AND state = :from

-- name: import_undone (id, attempt)
UPDATE import_run SET state = 'undone' WHERE id = :id AND attempt = :attempt AND state = 'undoing'

-- name: import_is_undoing (id, attempt)
SELECT id FROM import_run WHERE id = :id AND attempt = :attempt AND state = 'undoing'

-- Those that no undoing can reach any more: of the newest three there is a way back.
-- name: imports_kept ()
SELECT id FROM import_run WHERE state = 'done' AND EXISTS (SELECT k.product FROM import_product k WHERE k.import_run = import_run.id)
ORDER BY imported DESC LIMIT 20 OFFSET 3

-- name: import_lines (id)
SELECT is_error, line, place, words, about FROM import_line WHERE import_run = :id ORDER BY is_error DESC, line, id LIMIT 200

-- The rows that were refused, a page of them behind the line `after`, each with its first reason.
-- name: import_refused (id, after, limit)
SELECT line, MIN(words) AS words FROM import_line WHERE import_run = :id AND is_error = 1 AND line > :after GROUP BY line ORDER BY line LIMIT :limit

-- name: import_lines_clear (id)
DELETE FROM import_line WHERE import_run = :id

-- name: import_lines_add (id, items)
INSERT INTO import_line (import_run, is_error, line, place, words, about)
SELECT :id, j.is_error, j.line, j.place, j.words, j.about FROM JSON_TABLE(:items, '$[*]' COLUMNS (is_error TINYINT PATH '$.is_error',
	line INT PATH '$.line', place INT PATH '$.place', words VARCHAR(200) COLLATE utf8mb4_unicode_520_ci PATH '$.words', about VARCHAR(200) COLLATE utf8mb4_unicode_520_ci PATH '$.about')) j

-- An import that is half a year old goes with its messages and the way back from it, unless a job works on it.
-- name: imports_old (limit)
SELECT r.id, r.attempt FROM import_run r LEFT JOIN socle.job j ON j.id = r.job AND j.module = 'shop'
WHERE r.created < UTC_TIMESTAMP(6) - INTERVAL 180 DAY AND j.id IS NULL ORDER BY r.id LIMIT :limit

-- Those of `items` on which no work has begun since they were read.
-- name: imports_expire (items)
DELETE r FROM import_run r JOIN JSON_TABLE(:items, '$[*]' COLUMNS (id BIGINT PATH '$.id', attempt INT PATH '$.attempt')) j
ON j.id = r.id AND j.attempt = r.attempt

-- Pictures that nothing shows: no product, no order, no product as it was before an import.
-- name: pictures_expire (limit)
DELETE FROM picture WHERE NOT EXISTS (SELECT p.id FROM product p WHERE p.picture = picture.hash)
	AND NOT EXISTS (SELECT l.id FROM order_line l WHERE l.picture = picture.hash)
	AND NOT EXISTS (SELECT k.product FROM import_product k WHERE k.picture = picture.hash) LIMIT :limit

-- name: imports_sweep ()
UPDATE import_run SET bytes = NULL WHERE bytes IS NOT NULL AND created < UTC_TIMESTAMP(6) - INTERVAL 7 DAY
