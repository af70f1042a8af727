-- SPDX-License-Identifier: EUPL-1.2
-- The audit trail of this tenant. Modules may insert and nothing more; `role` is MariaDB's own stamp. `what` is English, and the key of
-- its translations in the view `message`; `about` is its argument.
CREATE TABLE audit (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	at DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	role VARCHAR(80) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT (current_role()),
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin AS (SUBSTRING(role, LOCATE('_', role) + 1)) VIRTUAL,
	member INT UNSIGNED NULL,
	name VARCHAR(100) NOT NULL,
	what VARCHAR(150) NOT NULL,
	about VARCHAR(254) NOT NULL
);
