-- SPDX-License-Identifier: EUPL-1.2
-- A card is shown to others while it is active; `notes` are the module's own.
CREATE TABLE card (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(100) NOT NULL,
	mail VARCHAR(254) NOT NULL,
	notes VARCHAR(200) NOT NULL DEFAULT 'secret notes',
	owes_cents BIGINT NOT NULL DEFAULT 0,
	since DATE NOT NULL DEFAULT '2026-01-01',
	active TINYINT(1) NOT NULL DEFAULT 1
);
