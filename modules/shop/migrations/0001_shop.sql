-- SPDX-License-Identifier: EUPL-1.2
-- Products in categories, each with at least one variant, which has the price and the stock; pictures by the hash of their
-- content; orders with what was sold at the price of that moment.

-- Identifiers (`path`, `code`) are exact, as people and other shops write them; `slug` is only the address, and a number
-- makes it unique.

-- `path` has the titles of all levels, the outermost first, with ' > ' between them.
CREATE TABLE category (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	parent INT UNSIGNED NULL,
	slug VARCHAR(160) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE,
	path VARCHAR(700) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE,
	title VARCHAR(100) NOT NULL,
	products INT UNSIGNED NOT NULL DEFAULT 0,
	KEY children (parent, title, products, slug),
	FOREIGN KEY (parent) REFERENCES category (id)
);

CREATE TABLE picture (
	hash CHAR(64) PRIMARY KEY,
	type VARCHAR(30) NOT NULL,
	bytes MEDIUMBLOB NOT NULL
);

-- `price_cents` is the lowest of its variants, `for_sale` and `is_last` tell of their stock, so that a list reads one table;
-- `top` is the outermost category above `category`.
CREATE TABLE product (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	code VARCHAR(255) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE,
	slug VARCHAR(160) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE,
	name VARCHAR(200) NOT NULL,
	category INT UNSIGNED NULL,
	top INT UNSIGNED NULL,
	description TEXT NOT NULL,
	quality ENUM('new', 'as_new', 'good', 'fair') NOT NULL DEFAULT 'new',
	option1_name VARCHAR(50) NOT NULL DEFAULT '',
	option2_name VARCHAR(50) NOT NULL DEFAULT '',
	option3_name VARCHAR(50) NOT NULL DEFAULT '',
	picture CHAR(64) NULL,
	published TINYINT(1) NOT NULL,
	price_cents BIGINT NOT NULL DEFAULT 0,
	price_varies TINYINT(1) NOT NULL DEFAULT 0,
	for_sale TINYINT(1) NOT NULL DEFAULT 0,
	is_last TINYINT(1) NOT NULL DEFAULT 0,
	KEY all_of_them (published, id),
	KEY of_category (category, published, id),
	KEY of_top (published, top, id),
	KEY of_picture (picture),
	FOREIGN KEY (category) REFERENCES category (id)
);

-- `code` tells the variants of a product apart: the SKU where it does, else the options. A stock of NULL is not tracked. The
-- variants of a product lie together and in order, for its page reads all of them at each look.
CREATE TABLE variant (
	id INT UNSIGNED AUTO_INCREMENT,
	product INT UNSIGNED NOT NULL,
	code VARCHAR(600) COLLATE utf8mb4_nopad_bin NOT NULL,
	sku VARCHAR(100) NULL,
	option1 VARCHAR(100) NOT NULL DEFAULT '',
	option2 VARCHAR(100) NOT NULL DEFAULT '',
	option3 VARCHAR(100) NOT NULL DEFAULT '',
	price_cents BIGINT NOT NULL CHECK (price_cents >= 0),
	stock INT NULL CHECK (stock >= 0),
	PRIMARY KEY (product, id),
	UNIQUE KEY by_id (id),
	UNIQUE KEY one_code (product, code),
	FOREIGN KEY (product) REFERENCES product (id)
);

-- `token` is the secret part of the address where the customer sees the order.
CREATE TABLE shop_order (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	token CHAR(32) NOT NULL UNIQUE,
	communication CHAR(12) NULL UNIQUE,
	state ENUM('placed') NOT NULL DEFAULT 'placed',
	name VARCHAR(100) NOT NULL,
	mail VARCHAR(254) NOT NULL,
	street VARCHAR(120) NOT NULL,
	postal_code VARCHAR(10) NOT NULL,
	city VARCHAR(80) NOT NULL,
	country CHAR(2) NOT NULL,
	language CHAR(2) NOT NULL,
	total_cents BIGINT NOT NULL,
	currency CHAR(3) NOT NULL,
	created DATETIME(6) NOT NULL
) AUTO_INCREMENT = 1001;

CREATE TABLE order_line (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	shop_order INT UNSIGNED NOT NULL,
	variant INT UNSIGNED NOT NULL,
	name VARCHAR(200) NOT NULL,
	options VARCHAR(310) NOT NULL,
	picture CHAR(64) NULL,
	count INT UNSIGNED NOT NULL,
	price_cents BIGINT NOT NULL,
	KEY of_picture (picture),
	FOREIGN KEY (shop_order) REFERENCES shop_order (id),
	FOREIGN KEY (variant) REFERENCES variant (id)
);

-- The account for payments by customers. One row.
CREATE TABLE payment (
	only_one TINYINT PRIMARY KEY,
	beneficiary VARCHAR(70) NOT NULL,
	iban VARCHAR(34) NOT NULL,
	bic VARCHAR(11) NOT NULL
);
