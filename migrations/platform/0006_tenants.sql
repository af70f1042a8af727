-- SPDX-License-Identifier: EUPL-1.2
-- Tenants made and changed by orders of operators.

-- A tenant that is being made, or taken away: what a killed run has left of it is taken away by the next one.
ALTER TABLE tenant ADD COLUMN state ENUM('whole', 'making', 'leaving') NOT NULL DEFAULT 'whole';

-- The further details of an order, as JSON.
ALTER TABLE installer_order ADD COLUMN details TEXT NOT NULL DEFAULT '{}';

-- The sectors that a new tenant can start from, as they stand in this host's folder templates.
CREATE TABLE template (
	name VARCHAR(40) COLLATE utf8mb4_nopad_bin PRIMARY KEY,
	title VARCHAR(100) NOT NULL
);
