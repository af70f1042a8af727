-- SPDX-License-Identifier: EUPL-1.2
-- The audit trail of this tenant. `what` is a sentence's key with its arguments, so that readers see it in their language.
CREATE TABLE audit (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	at DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	member INT UNSIGNED NULL,
	name VARCHAR(100) NOT NULL,
	what VARCHAR(30) NOT NULL,
	about VARCHAR(254) NOT NULL DEFAULT ''
);
