-- SPDX-License-Identifier: EUPL-1.2
-- The last number of each series and period that a transaction of the module has drawn (scopiton/number.h).
CREATE TABLE scop_number (
	series VARCHAR(50) COLLATE utf8mb4_nopad_bin NOT NULL,
	period VARCHAR(20) COLLATE utf8mb4_nopad_bin NOT NULL,
	last BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (series, period)
);
