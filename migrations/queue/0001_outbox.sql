-- SPDX-License-Identifier: EUPL-1.2
-- Work that is done later. A module's role may insert an entry and nothing more; `role`, stamped by MariaDB itself, says whose
-- it is. An entry is a job of the role's own module, or an event of it, which becomes a job of each module that takes it.

CREATE TABLE outbox (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	role VARCHAR(80) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT (current_role()),
	is_event TINYINT(1) NOT NULL DEFAULT 0,
	name VARCHAR(50) COLLATE utf8mb4_nopad_bin NOT NULL,
	-- Two entries of a role with the same name and `once` cannot wait at the same time.
	once VARCHAR(100) COLLATE utf8mb4_nopad_bin NULL,
	body MEDIUMTEXT COLLATE utf8mb4_nopad_bin NOT NULL,
	-- When it is due; while it runs, when whoever runs it is given up for dead.
	run_at DATETIME(3) NOT NULL DEFAULT UTC_TIMESTAMP(3),
	created DATETIME(3) NOT NULL DEFAULT UTC_TIMESTAMP(3),
	tries SMALLINT UNSIGNED NOT NULL DEFAULT 0,
	-- The dispatcher that has it running; NULL while it waits.
	dispatcher VARCHAR(100) COLLATE utf8mb4_nopad_bin NULL,
	done INT UNSIGNED NULL,
	total INT UNSIGNED NULL,
	error VARCHAR(300) NOT NULL DEFAULT '',
	KEY due (run_at, id),
	KEY running (dispatcher),
	UNIQUE KEY only_once (role, name, once)
);

-- Entries that nobody tries any more, until a person has decided.
CREATE TABLE dead (
	id BIGINT UNSIGNED PRIMARY KEY,
	role VARCHAR(80) COLLATE utf8mb4_nopad_bin NOT NULL,
	is_event TINYINT(1) NOT NULL,
	name VARCHAR(50) COLLATE utf8mb4_nopad_bin NOT NULL,
	once VARCHAR(100) COLLATE utf8mb4_nopad_bin NULL,
	body MEDIUMTEXT COLLATE utf8mb4_nopad_bin NOT NULL,
	created DATETIME(3) NOT NULL,
	died DATETIME(3) NOT NULL DEFAULT UTC_TIMESTAMP(3),
	tries SMALLINT UNSIGNED NOT NULL,
	error VARCHAR(300) NOT NULL,
	KEY of_role (role, id),
	KEY by_age (died)
);

-- Orders of a person about an entry; the stamp says for which tenant that person may act.
CREATE TABLE job_order (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	role VARCHAR(80) COLLATE utf8mb4_nopad_bin DEFAULT (current_role()),
	entry BIGINT UNSIGNED NOT NULL,
	verb ENUM('cancel', 'replay', 'drop') NOT NULL
);

-- When a module's job is next due by the clock of its tenant.
CREATE TABLE schedule (
	role VARCHAR(80) COLLATE utf8mb4_nopad_bin NOT NULL,
	name VARCHAR(50) COLLATE utf8mb4_nopad_bin NOT NULL,
	rule VARCHAR(60) NOT NULL,
	zone VARCHAR(40) NOT NULL,
	next_at DATETIME(3) NOT NULL,
	PRIMARY KEY (role, name),
	KEY due (next_at)
);
