-- SPDX-License-Identifier: EUPL-1.2
-- All the modules that an offered one needs, also through another.
-- probe: SELECT 1 AS found FROM information_schema.views WHERE table_schema = DATABASE() AND table_name = 'offered_need'
CREATE VIEW offered_need AS
WITH RECURSIVE reached (module, need) AS (
	SELECT o.module, j.module FROM offered o JOIN JSON_TABLE(o.needs, '$[*]' COLUMNS (module VARCHAR(24) COLLATE utf8mb4_nopad_bin PATH '$.module')) j
	UNION
	SELECT r.module, j.module FROM reached r JOIN offered o ON o.module = r.need
	JOIN JSON_TABLE(o.needs, '$[*]' COLUMNS (module VARCHAR(24) COLLATE utf8mb4_nopad_bin PATH '$.module')) j)
SELECT module, need FROM reached WHERE need <> module;
