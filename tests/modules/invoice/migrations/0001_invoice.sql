-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE invoice (
	id INT UNSIGNED PRIMARY KEY,
	customer VARCHAR(80) NOT NULL
);
CREATE TABLE invoice_line (
	invoice INT UNSIGNED NOT NULL REFERENCES invoice (id),
	place INT UNSIGNED NOT NULL,
	what VARCHAR(80) NOT NULL,
	pieces DECIMAL(9,3) NOT NULL,
	price_cents BIGINT NOT NULL,
	rate VARCHAR(10) NOT NULL,
	PRIMARY KEY (invoice, place)
);
