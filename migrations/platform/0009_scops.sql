-- SPDX-License-Identifier: EUPL-1.2
-- The scop that serves a tenant: the operating tenant whose portal sees it and orders for it. NULL: the command line alone.
ALTER TABLE tenant ADD COLUMN scop INT UNSIGNED NULL;
UPDATE tenant SET scop = id WHERE operates = 1;
UPDATE tenant t JOIN (SELECT MIN(id) AS id FROM tenant WHERE operates = 1) o SET t.scop = o.id WHERE t.scop IS NULL;

-- Whose tenants an upgrade in waves is for. NULL: all, ordered by the command line.
ALTER TABLE rollout ADD COLUMN scop INT UNSIGNED NULL;
