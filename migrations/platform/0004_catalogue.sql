-- SPDX-License-Identifier: EUPL-1.2
-- The group's catalogue as this host has last seen it, for the portal to show. The index itself is a signed file, and is checked
-- again each time it is used.

CREATE TABLE catalogue (
	only_one TINYINT PRIMARY KEY,
	first_key VARCHAR(60) NOT NULL,
	current_key VARCHAR(60) NOT NULL,
	number BIGINT NOT NULL,
	digest CHAR(64) NOT NULL,
	expires DATETIME NOT NULL,
	looked DATETIME NOT NULL,
	problem VARCHAR(1500) NOT NULL
);

CREATE TABLE catalogue_module (
	name VARCHAR(24) COLLATE utf8mb4_nopad_bin PRIMARY KEY,
	scop VARCHAR(31) NOT NULL,
	scop_title VARCHAR(100) NOT NULL DEFAULT '',
	-- The rights that the group grants to the module: a list.
	granted JSON NOT NULL DEFAULT '[]',
	category VARCHAR(20) NOT NULL,
	used_by INT NOT NULL DEFAULT 0,
	title VARCHAR(100) NOT NULL,
	summary VARCHAR(300) NOT NULL
);

-- `place` orders versions; `newest` is the one that is offered: stable, not withdrawn, fit for this host.
CREATE TABLE catalogue_version (
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL,
	version VARCHAR(23) COLLATE utf8mb4_nopad_bin NOT NULL,
	place BIGINT UNSIGNED NOT NULL,
	channel ENUM('stable', 'beta') NOT NULL,
	yanked TINYINT(1) NOT NULL,
	reason VARCHAR(200) NOT NULL,
	unfit TINYINT(1) NOT NULL DEFAULT 0,
	newest TINYINT(1) NOT NULL DEFAULT 0,
	level TINYINT UNSIGNED NOT NULL,
	size BIGINT NOT NULL,
	published DATETIME NULL,
	generation TINYINT UNSIGNED NOT NULL,
	back ENUM('kept', 'exported', 'lost') NOT NULL,
	tariff_cents BIGINT NOT NULL,
	currency CHAR(3) NOT NULL,
	changes VARCHAR(700) NOT NULL,
	rights TEXT NOT NULL,
	needs TEXT NOT NULL,
	personal TEXT NOT NULL,
	PRIMARY KEY (module, version)
);

-- A module's name belongs to the scop that it was first installed from, until nobody uses it any more.
ALTER TABLE module ADD COLUMN scop VARCHAR(31) NOT NULL DEFAULT '';

-- The parts of a package's manifest that the platform queries; `offered`: the package is in this host's own folder of modules.
ALTER TABLE package ADD COLUMN rights TEXT NOT NULL DEFAULT '[]';
ALTER TABLE package ADD COLUMN needs TEXT NOT NULL DEFAULT '[]';
ALTER TABLE package ADD COLUMN personal TEXT NOT NULL DEFAULT '[]';
-- The archive that it came in, and its signature; empty for one of the host's own folder.
ALTER TABLE package ADD COLUMN sha256 CHAR(64) NOT NULL DEFAULT '';
ALTER TABLE package ADD COLUMN signature VARCHAR(1024) NOT NULL DEFAULT '';
ALTER TABLE package ADD COLUMN category VARCHAR(20) NOT NULL DEFAULT 'office';
ALTER TABLE package ADD COLUMN scop VARCHAR(31) NOT NULL DEFAULT '';
ALTER TABLE package ADD COLUMN tariff_cents BIGINT NOT NULL DEFAULT 0;
ALTER TABLE package ADD COLUMN currency CHAR(3) NOT NULL DEFAULT 'EUR';
ALTER TABLE package ADD COLUMN generation TINYINT UNSIGNED NOT NULL DEFAULT 1;
ALTER TABLE package ADD COLUMN back ENUM('kept', 'exported', 'lost') NOT NULL DEFAULT 'kept';
