-- SPDX-License-Identifier: EUPL-1.2
-- What packages offer to and use of one another (core/package/contract.h), and the views that were made of it for each tenant.

ALTER TABLE package ADD COLUMN contracts MEDIUMTEXT NOT NULL DEFAULT '{}';

-- `made` is the hash of the view's text and of the database that it reads: another text or database makes it anew.
CREATE TABLE contract_view (
	tenant INT UNSIGNED NOT NULL,
	view VARCHAR(64) COLLATE utf8mb4_nopad_bin NOT NULL,
	made CHAR(32) NOT NULL,
	PRIMARY KEY (tenant, view)
);
