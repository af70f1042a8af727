-- The shop's statements: pages of the shop first, then orders, then the import.

-- name: top_categories ()
SELECT slug, title FROM category WHERE parent IS NULL AND products > 0 ORDER BY title LIMIT 12

-- name: category_by_slug (slug)
SELECT c.id, c.slug, c.title, c.products, c.parent IS NULL AS is_top, p.slug AS parent_slug, p.title AS parent_title
FROM category c LEFT JOIN category p ON p.id = c.parent WHERE c.slug = :slug

-- name: sub_categories (slug)
SELECT s.slug, s.title, s.products, s.slug = :slug AS is_current FROM category c
JOIN category s ON s.parent = COALESCE(c.parent, c.id) WHERE c.slug = :slug AND s.products > 0 ORDER BY s.title LIMIT 30

-- name: products_of_all (limit, first)
SELECT slug, name, quality = 'as_new' AS as_new, quality = 'good' AS good, quality = 'fair' AS fair, picture, price_cents,
	price_varies, for_sale, is_last
FROM product WHERE published = 1 ORDER BY id LIMIT :limit OFFSET :first

-- name: products_of_top (top, limit, first)
SELECT slug, name, quality = 'as_new' AS as_new, quality = 'good' AS good, quality = 'fair' AS fair, picture, price_cents,
	price_varies, for_sale, is_last
FROM product WHERE published = 1 AND top = :top ORDER BY id LIMIT :limit OFFSET :first

-- name: products_of_category (category, limit, first)
SELECT slug, name, quality = 'as_new' AS as_new, quality = 'good' AS good, quality = 'fair' AS fair, picture, price_cents,
	price_varies, for_sale, is_last
FROM product WHERE published = 1 AND category = :category ORDER BY id LIMIT :limit OFFSET :first

-- name: product_by_slug (slug)
SELECT p.id, p.slug, p.name, p.description, p.quality = 'as_new' AS as_new, p.quality = 'good' AS good, p.quality = 'fair' AS fair,
	p.option1_name, p.option2_name, p.option3_name, p.picture, p.price_cents, p.price_varies,
	c.slug AS category_slug, c.title AS category_title, t.slug AS parent_slug, t.title AS parent_title
FROM product p LEFT JOIN category c ON c.id = p.category LEFT JOIN category t ON t.id = c.parent
WHERE p.slug = :slug AND p.published = 1

-- name: variants_of_product (slug)
SELECT v.id, v.sku, v.option1, v.option2, v.option3, v.price_cents, v.stock,
	v.stock IS NULL OR v.stock > 0 AS for_sale, v.stock = 1 AS is_last
FROM product p JOIN variant v ON v.product = p.id WHERE p.slug = :slug AND p.published = 1 ORDER BY v.id

-- name: neighbours_of_product (slug)
SELECT n.slug, n.name, n.picture, n.price_cents FROM product p
JOIN product n ON n.category = p.category AND n.published = 1 AND n.id > p.id WHERE p.slug = :slug ORDER BY n.id LIMIT 4

-- name: picture_by_hash (hash)
SELECT type, bytes FROM picture WHERE hash = :hash

-- name: variant_to_order (id)
SELECT v.id, v.option1, v.option2, v.option3, v.price_cents, v.stock, v.stock IS NULL OR v.stock > 0 AS for_sale,
	p.id AS product, p.slug, p.name, p.picture FROM variant v JOIN product p ON p.id = v.product WHERE v.id = :id AND p.published = 1

-- name: payment ()
SELECT beneficiary, iban, bic FROM payment

-- name: stock_take (id, count)
UPDATE variant SET stock = stock - :count WHERE id = :id AND (stock IS NULL OR stock >= :count)

-- name: order_add (token, name, mail, street, postal_code, city, country, language, total, currency, created)
INSERT INTO shop_order (token, name, mail, street, postal_code, city, country, language, total_cents, currency, created)
VALUES (:token, :name, :mail, :street, :postal_code, :city, :country, :language, :total, :currency, :created)

-- name: order_communicate (id, communication)
UPDATE shop_order SET communication = :communication WHERE id = :id

-- name: order_line_add (order, variant, name, options, picture, count, price)
INSERT INTO order_line (shop_order, variant, name, options, picture, count, price_cents)
VALUES (:order, :variant, :name, :options, :picture, :count, :price)

-- name: order_by_token (token)
SELECT id, communication, name, mail, street, postal_code, city, country = 'FR' AS in_france, total_cents, currency, created
FROM shop_order WHERE token = :token

-- name: lines_by_token (token)
SELECT l.name, l.options, l.picture, l.count, l.price_cents * l.count AS sum_cents, o.currency
FROM shop_order o JOIN order_line l ON l.shop_order = o.id WHERE o.token = :token ORDER BY l.id

-- name: orders (limit, first)
SELECT id, name, city, country, state = 'placed' AS placed, state = 'paid' AS paid, state = 'shipped' AS shipped,
	state = 'cancelled' AS cancelled, total_cents, currency, created FROM shop_order ORDER BY id DESC LIMIT :limit OFFSET :first

-- name: order_by_id (id)
SELECT id, communication, name, mail, street, postal_code, city, country = 'FR' AS in_france, language,
	state = 'placed' AS placed, state = 'paid' AS paid, state = 'shipped' AS shipped, state = 'cancelled' AS cancelled,
	state IN ('placed', 'paid') AS open, total_cents, currency, created
FROM shop_order WHERE id = :id

-- name: lines_by_id (id)
SELECT l.name, l.options, l.picture, l.count, l.price_cents, l.price_cents * l.count AS sum_cents, o.currency
FROM shop_order o JOIN order_line l ON l.shop_order = o.id WHERE o.id = :id ORDER BY l.id

-- name: order_state (id, to, from, or_from)
UPDATE shop_order SET state = :to WHERE id = :id AND state IN (:from, :or_from)

-- name: order_change_add (id, state, by, at)
INSERT INTO order_change (shop_order, state, by_name, at) VALUES (:id, :state, :by, :at)

-- name: order_changes (id)
SELECT state = 'paid' AS paid, state = 'shipped' AS shipped, state = 'cancelled' AS cancelled, by_name, at
FROM order_change WHERE shop_order = :id ORDER BY id

-- name: stock_put_back (order)
UPDATE variant v JOIN (SELECT variant, SUM(count) AS count FROM order_line WHERE shop_order = :order GROUP BY variant) l
	ON l.variant = v.id SET v.stock = v.stock + l.count WHERE v.stock IS NOT NULL

-- name: availability_of_order (order)
UPDATE product p JOIN (SELECT v.product, MAX(v.stock IS NULL OR v.stock > 0) AS for_sale, SUM(COALESCE(v.stock, 1000)) = 1 AS is_last
		FROM variant v WHERE v.product IN (SELECT o.product FROM order_line l JOIN variant o ON o.id = l.variant WHERE l.shop_order = :order)
		GROUP BY v.product) v ON v.product = p.id
SET p.for_sale = v.for_sale, p.is_last = v.is_last

-- name: payment_set (beneficiary, iban, bic)
REPLACE INTO payment (only_one, beneficiary, iban, bic) VALUES (1, :beneficiary, :iban, :bic)

-- name: category_put (parent, slug, title)
INSERT INTO category (parent, slug, title) VALUES (:parent, :slug, :title)
ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), title = :title

-- name: product_put (slug, name, category, top, description, quality, option1_name, option2_name, option3_name, picture, published)
INSERT INTO product (slug, name, category, top, description, quality, option1_name, option2_name, option3_name, picture, published)
VALUES (:slug, :name, :category, :top, :description, :quality, :option1_name, :option2_name, :option3_name, :picture, :published)
ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), name = :name, category = :category, top = :top, description = :description,
	quality = :quality, option1_name = :option1_name, option2_name = :option2_name, option3_name = :option3_name,
	picture = COALESCE(:picture, picture), published = :published

-- name: product_id (slug)
SELECT id FROM product WHERE slug = :slug

-- name: variant_put (product, code, sku, option1, option2, option3, price, stock)
INSERT INTO variant (product, code, sku, option1, option2, option3, price_cents, stock)
VALUES (:product, :code, :sku, :option1, :option2, :option3, :price, :stock)
ON DUPLICATE KEY UPDATE product = :product, option1 = :option1, option2 = :option2, option3 = :option3,
	price_cents = :price, stock = :stock

-- name: picture_put (hash, type, bytes)
INSERT IGNORE INTO picture (hash, type, bytes) VALUES (:hash, :type, :bytes)

-- name: products_refresh ()
UPDATE product p JOIN (SELECT product, MIN(price_cents) AS low, MAX(price_cents) AS high,
		MAX(stock IS NULL OR stock > 0) AS for_sale, SUM(COALESCE(stock, 1000)) = 1 AS is_last FROM variant GROUP BY product) v
	ON v.product = p.id
SET p.price_cents = v.low, p.price_varies = v.low <> v.high, p.for_sale = v.for_sale, p.is_last = v.is_last

-- name: availability_refresh (product)
UPDATE product p JOIN (SELECT product, MAX(stock IS NULL OR stock > 0) AS for_sale, SUM(COALESCE(stock, 1000)) = 1 AS is_last
		FROM variant WHERE product = :product GROUP BY product) v ON v.product = p.id
SET p.for_sale = v.for_sale, p.is_last = v.is_last

-- name: counts_refresh ()
UPDATE category c SET c.products = (SELECT COUNT(p.id) FROM product p WHERE p.published = 1 AND
	(p.category = c.id OR p.top = c.id))
