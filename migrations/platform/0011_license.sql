-- SPDX-License-Identifier: EUPL-1.2
-- Under which licence a version may be used: an SPDX expression.
ALTER TABLE package ADD COLUMN license VARCHAR(100) NOT NULL DEFAULT '';
ALTER TABLE catalogue_version ADD COLUMN license VARCHAR(100) NOT NULL DEFAULT '';

-- The modules offered to tenants: a module of this host's own folder takes precedence over the catalogue's.
-- probe: SELECT 1 AS found FROM information_schema.views WHERE table_schema = DATABASE() AND table_name = 'offered'
CREATE VIEW offered AS
SELECT p.module, p.version, p.scop AS scop_title, p.category, p.tariff_cents, p.currency, p.rights, p.needs, p.personal, p.generation, p.back, 0 AS level, 0 AS used_by, 0 AS from_catalogue,
	'' AS changes,
	p.title, p.summary, p.icon, p.pictures, p.license
FROM package p WHERE p.available = 1
UNION ALL
SELECT m.name, v.version, m.scop_title, m.category, v.tariff_cents, v.currency, v.rights, v.needs, v.personal, v.generation, v.back, v.level, m.used_by, 1,
	v.changes,
	m.title, m.summary, m.icon, m.pictures, v.license
FROM catalogue_module m JOIN catalogue_version v ON v.module = m.name AND v.newest = 1
WHERE NOT EXISTS (SELECT p.id FROM package p WHERE p.module = m.name AND p.available = 1)
UNION ALL
SELECT p.module, p.version, p.scop, p.category, p.tariff_cents, p.currency, p.rights, p.needs, p.personal, p.generation, p.back, 0, 0, 0,
	'',
	p.title, p.summary, p.icon, p.pictures, p.license
FROM package p WHERE p.id IN (SELECT MAX(s.package) FROM subscription s GROUP BY s.module)
AND NOT EXISTS (SELECT o.id FROM package o WHERE o.module = p.module AND o.available = 1)
AND NOT EXISTS (SELECT v.module FROM catalogue_version v WHERE v.module = p.module AND v.newest = 1);
