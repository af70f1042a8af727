-- SPDX-License-Identifier: EUPL-1.2
-- A scop's own tenant: its portal shows all tenants, and orders for them.

ALTER TABLE tenant ADD COLUMN operates TINYINT(1) NOT NULL DEFAULT 0;
