-- SPDX-License-Identifier: EUPL-1.2
-- A cart, kept for a guest by the browser's token and for a customer by their address; delivery by country and weight; VAT.

ALTER TABLE variant ADD COLUMN weight_grams INT UNSIGNED NOT NULL DEFAULT 0;
-- A variant that is no longer sold and that orders refer to.
ALTER TABLE variant ADD COLUMN removed TINYINT(1) NOT NULL DEFAULT 0;
-- A reduced price ends after that day, and the variant costs again what it costs otherwise. Both are there, or neither.
ALTER TABLE variant ADD COLUMN regular_cents BIGINT NULL;
ALTER TABLE variant ADD COLUMN sale_until DATE NULL;
CREATE INDEX of_sale ON variant (sale_until);
ALTER TABLE product ADD COLUMN vat ENUM('standard', 'intermediate', 'reduced', 'super_reduced') NOT NULL DEFAULT 'standard';
ALTER TABLE shop_order ADD COLUMN shipping_cents BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN vat_rate DECIMAL(4,2) NULL;
CREATE INDEX of_mail ON shop_order (mail, id);
CREATE INDEX of_state ON shop_order (state, id);

-- `owner` is the hash of a guest's token, or what customer_session calls the cart of a customer.
CREATE TABLE cart_line (
	owner CHAR(64) NOT NULL,
	variant INT UNSIGNED NOT NULL,
	count INT UNSIGNED NOT NULL,
	added DATETIME(6) NOT NULL,
	PRIMARY KEY (owner, variant),
	KEY by_age (added),
	FOREIGN KEY (variant) REFERENCES variant (id)
);

-- Customers are known by an address that they have proved; links and sessions by the hashes of their tokens.
CREATE TABLE customer_link (
	token_hash CHAR(64) PRIMARY KEY,
	mail VARCHAR(254) NOT NULL,
	expires DATETIME(6) NOT NULL,
	KEY by_expiry (expires)
);

CREATE TABLE customer_session (
	visitor CHAR(64) PRIMARY KEY,
	mail VARCHAR(254) NOT NULL,
	cart CHAR(64) NOT NULL,
	expires DATETIME(6) NOT NULL,
	KEY by_expiry (expires)
);

-- The delivery price up to a weight. No row at all: delivery is included everywhere; none for a country: no delivery there.
CREATE TABLE shipping (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	country CHAR(2) NOT NULL,
	up_to_grams INT UNSIGNED NOT NULL,
	price_cents BIGINT NOT NULL,
	UNIQUE KEY one_step (country, up_to_grams)
);

-- VAT by the seller's country, by the customer's (the one-stop shop), or none (small businesses). Replies to mails go to `mail`.
CREATE TABLE selling (
	only_one TINYINT PRIMARY KEY,
	country CHAR(2) NOT NULL,
	scheme ENUM('national', 'oss', 'exempt') NOT NULL,
	free_from_cents BIGINT NULL,
	mail VARCHAR(254) NOT NULL
);

INSERT INTO selling (only_one, country, scheme, free_from_cents, mail) VALUES (1, 'BE', 'national', NULL, '');

-- The VAT in an order's total, delivery included, by rate.
CREATE TABLE order_vat (
	shop_order INT UNSIGNED NOT NULL,
	rate DECIMAL(4,2) NOT NULL,
	gross_cents BIGINT NOT NULL,
	vat_cents BIGINT NOT NULL,
	PRIMARY KEY (shop_order, rate),
	FOREIGN KEY (shop_order) REFERENCES shop_order (id)
);

-- Imports of files of products: checked first, then carried out by a job. `attempt` counts the jobs, so that one that was given
-- up changes nothing any more; `job` is the entry in the queue. Where it is gone and `state` is still that of work, it was
-- cancelled, dropped, or has failed for good. `reason` is who has cancelled it.
CREATE TABLE import_run (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	by_name VARCHAR(100) NOT NULL,
	file_name VARCHAR(200) NOT NULL,
	bytes LONGBLOB NULL,
	mapping VARCHAR(500) NOT NULL DEFAULT '',
	state ENUM('new', 'checking', 'checked', 'importing', 'done', 'failed', 'undoing', 'undone') NOT NULL DEFAULT 'new',
	job BIGINT UNSIGNED NULL,
	attempt INT UNSIGNED NOT NULL DEFAULT 0,
	all_or_nothing TINYINT(1) NOT NULL DEFAULT 0,
	as_hidden TINYINT(1) NOT NULL DEFAULT 0,
	reason VARCHAR(300) NOT NULL DEFAULT '',
	products INT UNSIGNED NOT NULL DEFAULT 0,
	changed INT UNSIGNED NOT NULL DEFAULT 0,
	variants INT UNSIGNED NOT NULL DEFAULT 0,
	warnings INT UNSIGNED NOT NULL DEFAULT 0,
	errors INT UNSIGNED NOT NULL DEFAULT 0,
	created DATETIME(6) NOT NULL,
	imported DATETIME(6) NULL,
	KEY latest (state, imported),
	KEY by_age (created)
);

-- Held by whoever imports: one after the other.
CREATE TABLE import_lock (
	only_one TINYINT PRIMARY KEY
);

INSERT INTO import_lock (only_one) VALUES (1);

-- Rows changed by an import, as they were before, to undo it; `is_new` marks rows that the import created.
CREATE TABLE import_product (
	import_run INT UNSIGNED NOT NULL,
	product INT UNSIGNED NOT NULL,
	is_new TINYINT(1) NOT NULL,
	name VARCHAR(200) NOT NULL,
	category INT UNSIGNED NULL,
	top INT UNSIGNED NULL,
	description TEXT NOT NULL,
	quality ENUM('new', 'as_new', 'good', 'fair') NOT NULL,
	option1_name VARCHAR(50) NOT NULL,
	option2_name VARCHAR(50) NOT NULL,
	option3_name VARCHAR(50) NOT NULL,
	picture CHAR(64) NULL,
	published TINYINT(1) NOT NULL,
	vat ENUM('standard', 'intermediate', 'reduced', 'super_reduced') NOT NULL,
	PRIMARY KEY (import_run, product),
	KEY of_picture (picture),
	FOREIGN KEY (import_run) REFERENCES import_run (id) ON DELETE CASCADE
);

CREATE TABLE import_variant (
	import_run INT UNSIGNED NOT NULL,
	variant INT UNSIGNED NOT NULL,
	is_new TINYINT(1) NOT NULL,
	code VARCHAR(600) COLLATE utf8mb4_nopad_bin NOT NULL,
	sku VARCHAR(100) NULL,
	option1 VARCHAR(100) NOT NULL,
	option2 VARCHAR(100) NOT NULL,
	option3 VARCHAR(100) NOT NULL,
	price_cents BIGINT NOT NULL,
	stock INT NULL,
	weight_grams INT UNSIGNED NOT NULL,
	regular_cents BIGINT NULL,
	sale_until DATE NULL,
	PRIMARY KEY (import_run, variant),
	FOREIGN KEY (import_run) REFERENCES import_run (id) ON DELETE CASCADE
);

CREATE TABLE import_category (
	import_run INT UNSIGNED NOT NULL,
	category INT UNSIGNED NOT NULL,
	PRIMARY KEY (import_run, category),
	FOREIGN KEY (import_run) REFERENCES import_run (id) ON DELETE CASCADE
);

CREATE TABLE import_line (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	import_run INT UNSIGNED NOT NULL,
	is_error TINYINT(1) NOT NULL,
	line INT UNSIGNED NOT NULL,
	place INT UNSIGNED NOT NULL,
	words VARCHAR(200) NOT NULL,
	about VARCHAR(200) NOT NULL,
	KEY of_run (import_run, id),
	FOREIGN KEY (import_run) REFERENCES import_run (id) ON DELETE CASCADE
);
