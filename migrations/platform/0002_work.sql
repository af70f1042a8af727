-- SPDX-License-Identifier: EUPL-1.2
-- Background work of packages: their jobs, the events that they emit, and the events that their jobs handle.

ALTER TABLE package ADD COLUMN jobs SMALLINT UNSIGNED NOT NULL DEFAULT 0;

CREATE TABLE package_job (
	package INT UNSIGNED NOT NULL,
	name VARCHAR(50) COLLATE utf8mb4_nopad_bin NOT NULL,
	rule VARCHAR(60) NOT NULL DEFAULT '',
	title VARCHAR(100) NOT NULL,
	PRIMARY KEY (package, name),
	FOREIGN KEY (package) REFERENCES package (id)
);

-- `event` with its module's name in front, such as shop.order_placed.
CREATE TABLE package_emits (
	package INT UNSIGNED NOT NULL,
	event VARCHAR(80) COLLATE utf8mb4_nopad_bin NOT NULL,
	PRIMARY KEY (package, event),
	FOREIGN KEY (package) REFERENCES package (id)
);

CREATE TABLE package_takes (
	package INT UNSIGNED NOT NULL,
	event VARCHAR(80) COLLATE utf8mb4_nopad_bin NOT NULL,
	job VARCHAR(50) COLLATE utf8mb4_nopad_bin NOT NULL,
	PRIMARY KEY (package, event, job),
	FOREIGN KEY (package) REFERENCES package (id)
);
