-- SPDX-License-Identifier: EUPL-1.2
-- The tenant directory: who is served, under which names, with which packages.

CREATE TABLE tenant (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(32) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE,
	title VARCHAR(100) NOT NULL,
	language CHAR(2) NOT NULL,
	zone VARCHAR(40) NOT NULL,
	currency CHAR(3) NOT NULL,
	created DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6)
);

CREATE TABLE host_name (
	host VARCHAR(48) COLLATE utf8mb4_nopad_bin PRIMARY KEY,
	tenant INT UNSIGNED NOT NULL,
	portal TINYINT(1) NOT NULL,
	FOREIGN KEY (tenant) REFERENCES tenant (id)
);

-- A module's number gives its workers their user id, so it is never used again.
CREATE TABLE module (
	number INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE
);

-- Translations of texts about modules, by the English text: titles of manifests, and texts of the activity log. Stored once for all
-- tenants, and changed only by a package or an index with another translation. Module '' is the host itself.
CREATE TABLE message (
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL,
	language CHAR(2) COLLATE utf8mb4_nopad_bin NOT NULL,
	english VARCHAR(700) COLLATE utf8mb4_nopad_bin NOT NULL,
	text VARCHAR(1400) NOT NULL,
	PRIMARY KEY (module, language, english)
);

CREATE TABLE package (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL,
	version VARCHAR(23) NOT NULL,
	hash CHAR(32) NOT NULL UNIQUE,
	title VARCHAR(100) NOT NULL,
	summary VARCHAR(300) NOT NULL,
	-- Rights that the module asks for and was granted when it came: "portal, accounts".
	granted VARCHAR(60) NOT NULL DEFAULT '',
	available TINYINT(1) NOT NULL DEFAULT 1,
	trouble VARCHAR(1000) NOT NULL DEFAULT '',
	FOREIGN KEY (module) REFERENCES module (name)
);

CREATE TABLE subscription (
	tenant INT UNSIGNED NOT NULL,
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL,
	package INT UNSIGNED NOT NULL,
	database_name VARCHAR(64) NOT NULL,
	epoch BIGINT UNSIGNED NOT NULL,
	state ENUM('off', 'on') NOT NULL,
	root TINYINT(1) NOT NULL,
	PRIMARY KEY (tenant, module),
	FOREIGN KEY (tenant) REFERENCES tenant (id),
	FOREIGN KEY (package) REFERENCES package (id)
);

-- Raised with every change of the tables above, so that each host sees it.
CREATE TABLE directory_version (
	only_one TINYINT PRIMARY KEY,
	version BIGINT UNSIGNED NOT NULL
);

INSERT INTO directory_version (only_one, version) VALUES (1, 1);

-- Orders to the installer. `role` is stamped by MariaDB: NULL from the command line, else the portal's role of a tenant. An order
-- concerns at most one thing: a module, a person whose sessions end elsewhere, an upgrade in waves, or the name of a tenant to make.
CREATE TABLE installer_order (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	role VARCHAR(80) DEFAULT (current_role()),
	tenant INT UNSIGNED NOT NULL,
	kind VARCHAR(20) NOT NULL,
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin NULL,
	person BIGINT UNSIGNED NULL,
	rollout INT UNSIGNED NULL,
	new_tenant VARCHAR(32) COLLATE utf8mb4_nopad_bin NULL,
	actor VARCHAR(100) NOT NULL,
	created DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	ended DATETIME(6) NULL,
	state ENUM('waiting', 'running', 'done', 'failed') NOT NULL DEFAULT 'waiting',
	message VARCHAR(1500) NOT NULL DEFAULT '',
	-- One order of a tenant at a time for the same thing; as many as there are for none.
	under_way VARCHAR(60) AS (IF(state IN ('waiting', 'running'), CONCAT(tenant, ' ', COALESCE(CONCAT('module ', module),
		CONCAT('person ', person), CONCAT('rollout ', rollout), CONCAT('tenant ', new_tenant))), NULL)) PERSISTENT UNIQUE,
	KEY open_orders (state, id),
	KEY of_tenant (tenant, id),
	CONSTRAINT concerns_one CHECK ((module IS NOT NULL) + (person IS NOT NULL) + (rollout IS NOT NULL) + (new_tenant IS NOT NULL) <= 1)
);

CREATE TABLE order_step (
	installer_order INT UNSIGNED NOT NULL,
	number SMALLINT UNSIGNED NOT NULL,
	step VARCHAR(100) NOT NULL,
	at DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	PRIMARY KEY (installer_order, number),
	KEY by_age (at),
	FOREIGN KEY (installer_order) REFERENCES installer_order (id)
);
