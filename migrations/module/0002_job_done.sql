-- SPDX-License-Identifier: EUPL-1.2
-- Entries of the queue whose effect is in this database: delivered again, they are told so and do nothing.
CREATE TABLE scop_job_done (
	entry VARCHAR(40) COLLATE utf8mb4_nopad_bin PRIMARY KEY,
	done DATETIME NOT NULL DEFAULT UTC_TIMESTAMP(),
	KEY by_age (done)
);
