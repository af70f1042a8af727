-- SPDX-License-Identifier: EUPL-1.2
-- The country that a tenant is in, by its code of ISO 3166-1: of phone and VAT numbers that are written without one, and where
-- forms of addresses begin. Tenants that are there already have that of their zone.
ALTER TABLE tenant ADD COLUMN country CHAR(2) NOT NULL DEFAULT 'BE';
UPDATE tenant SET country = CASE zone WHEN 'Europe/Paris' THEN 'FR' WHEN 'Europe/Amsterdam' THEN 'NL' WHEN 'Europe/Luxembourg' THEN 'LU'
	WHEN 'Europe/Berlin' THEN 'DE' ELSE 'BE' END;
