-- SPDX-License-Identifier: EUPL-1.2
-- Requests of a tenant's owner to the operator, for a module that costs more than the owner may order. One open request per
-- tenant and module.
CREATE TABLE module_request (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	tenant INT UNSIGNED NOT NULL,
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL,
	actor VARCHAR(100) NOT NULL,
	created DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	state ENUM('open', 'accepted', 'declined') NOT NULL DEFAULT 'open',
	answered DATETIME(6) NULL,
	answered_by VARCHAR(100) NOT NULL DEFAULT '',
	answer VARCHAR(300) NOT NULL DEFAULT '',
	open_one VARCHAR(40) AS (IF(state = 'open', CONCAT(tenant, '/', module), NULL)) PERSISTENT UNIQUE,
	KEY of_tenant (tenant, module, id)
);
