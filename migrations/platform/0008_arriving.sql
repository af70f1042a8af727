-- SPDX-License-Identifier: EUPL-1.2
-- Modules that are being taken in for a tenant: what a killed run has left of one is taken away by the next run.

CREATE TABLE arriving (
	tenant INT UNSIGNED NOT NULL,
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL,
	PRIMARY KEY (tenant, module)
);
