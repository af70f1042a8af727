-- SPDX-License-Identifier: EUPL-1.2
-- Who did what for this tenant, in words of each language. Modules may add to it and nothing more; `role` is MariaDB's own stamp.
CREATE TABLE audit (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	at DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	role VARCHAR(80) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT (current_role()),
	member INT UNSIGNED NULL,
	name VARCHAR(100) NOT NULL,
	what_fr VARCHAR(150) NOT NULL,
	what_nl VARCHAR(150) NOT NULL,
	what_de VARCHAR(150) NOT NULL,
	what_en VARCHAR(150) NOT NULL,
	about VARCHAR(254) NOT NULL
);
