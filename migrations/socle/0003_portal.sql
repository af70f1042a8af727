-- SPDX-License-Identifier: EUPL-1.2
-- Data that members see and set: where sessions come from, their own zone, roles with titles, permissions in words, API keys, modules'
-- settings and the tiles of the first page.

ALTER TABLE session ADD COLUMN agent VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN zone VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE role ADD COLUMN title VARCHAR(100) NOT NULL DEFAULT '';
-- A role that a module brings; its title is English and has translations.
ALTER TABLE role ADD COLUMN module VARCHAR(24) NOT NULL DEFAULT '';

CREATE TABLE permission (
	name VARCHAR(50) PRIMARY KEY,
	module VARCHAR(24) NOT NULL,
	title VARCHAR(100) NOT NULL
);

-- Keys of programs, by the hash of their token; each may what it lists, and nothing else.
CREATE TABLE api_key (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	token_hash CHAR(64) NOT NULL UNIQUE,
	name VARCHAR(60) NOT NULL,
	permissions VARCHAR(4000) NOT NULL,
	by_name VARCHAR(100) NOT NULL,
	created DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	expires DATETIME(6) NOT NULL
);

-- The settings that a module offers in its manifest, and their values. Nothing secret: every module reads them.
CREATE TABLE setting_type (
	module VARCHAR(24) NOT NULL,
	name VARCHAR(50) NOT NULL,
	place SMALLINT UNSIGNED NOT NULL,
	type ENUM('text', 'integer', 'money', 'boolean', 'choice') NOT NULL,
	standard VARCHAR(500) NOT NULL,
	low BIGINT NOT NULL,
	high BIGINT NOT NULL,
	title VARCHAR(100) NOT NULL,
	PRIMARY KEY (module, name)
);

CREATE TABLE setting_choice (
	module VARCHAR(24) NOT NULL,
	setting VARCHAR(50) NOT NULL,
	value VARCHAR(50) NOT NULL,
	place SMALLINT UNSIGNED NOT NULL,
	title VARCHAR(100) NOT NULL,
	PRIMARY KEY (module, setting, value)
);

CREATE TABLE setting (
	module VARCHAR(24) NOT NULL,
	name VARCHAR(50) NOT NULL,
	value VARCHAR(2000) NOT NULL,
	PRIMARY KEY (module, name)
);

CREATE TABLE tile (
	module VARCHAR(24) NOT NULL,
	path VARCHAR(100) NOT NULL,
	permission VARCHAR(50) NOT NULL,
	place SMALLINT UNSIGNED NOT NULL,
	icon VARCHAR(30) NOT NULL DEFAULT '',
	title VARCHAR(100) NOT NULL,
	PRIMARY KEY (module, path)
);
