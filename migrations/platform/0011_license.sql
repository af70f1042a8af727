-- SPDX-License-Identifier: EUPL-1.2
-- Under which licence a version may be used: an SPDX expression.
ALTER TABLE package ADD COLUMN license VARCHAR(100) NOT NULL DEFAULT '';
ALTER TABLE catalogue_version ADD COLUMN license VARCHAR(100) NOT NULL DEFAULT '';

-- probe: SELECT 1 AS found FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'offered' AND column_name = 'license'
CREATE OR REPLACE VIEW offered AS
SELECT p.module, p.version, p.scop AS scop_title, p.category, p.tariff_cents, p.currency, p.rights, p.needs, p.personal, p.generation, p.back, 0 AS level, 0 AS used_by, 0 AS from_catalogue,
	'' AS changes_fr, '' AS changes_nl, '' AS changes_de, '' AS changes_en,
	p.title_fr, p.title_nl, p.title_de, p.title_en, p.summary_fr, p.summary_nl, p.summary_de, p.summary_en, p.icon, p.pictures, p.license
FROM package p WHERE p.available = 1
UNION ALL
SELECT m.name, v.version, m.scop_title, m.category, v.tariff_cents, v.currency, v.rights, v.needs, v.personal, v.generation, v.back, v.level, m.used_by, 1,
	v.changes_fr, v.changes_nl, v.changes_de, v.changes_en,
	m.title_fr, m.title_nl, m.title_de, m.title_en, m.summary_fr, m.summary_nl, m.summary_de, m.summary_en, m.icon, m.pictures, v.license
FROM catalogue_module m JOIN catalogue_version v ON v.module = m.name AND v.newest = 1
WHERE NOT EXISTS (SELECT p.id FROM package p WHERE p.module = m.name AND p.available = 1)
UNION ALL
SELECT p.module, p.version, p.scop, p.category, p.tariff_cents, p.currency, p.rights, p.needs, p.personal, p.generation, p.back, 0, 0, 0,
	'', '', '', '',
	p.title_fr, p.title_nl, p.title_de, p.title_en, p.summary_fr, p.summary_nl, p.summary_de, p.summary_en, p.icon, p.pictures, p.license
FROM package p WHERE p.id IN (SELECT MAX(s.package) FROM subscription s GROUP BY s.module)
AND NOT EXISTS (SELECT o.id FROM package o WHERE o.module = p.module AND o.available = 1)
AND NOT EXISTS (SELECT v.module FROM catalogue_version v WHERE v.module = p.module AND v.newest = 1);
