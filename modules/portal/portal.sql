-- SPDX-License-Identifier: EUPL-1.2
-- The portal's reads of its tenant, and its writes: sessions, and orders to the installer.

-- name: sign_in_by_hash (language, hash)
SELECT s.member, m.name, m.mail, m.person IS NOT NULL AS has_account, (SELECT COALESCE(w.text, NULLIF(o.title, ''), o.name) FROM socle.member_role h JOIN socle.role o ON o.name = h.role
	LEFT JOIN socle.message w ON (w.module, w.language, w.english) = (o.module, :language, o.title) WHERE h.member = m.id ORDER BY o.name = 'owner' DESC, o.name LIMIT 1) AS title
FROM socle.sign_in s JOIN socle.member m ON m.id = s.member
WHERE s.token_hash = :hash AND s.expires > UTC_TIMESTAMP(6)

-- name: member_of_role (language, role)
SELECT m.id AS member, m.name, m.mail, (SELECT COALESCE(w.text, NULLIF(o.title, ''), o.name) FROM socle.member_role h JOIN socle.role o ON o.name = h.role
	LEFT JOIN socle.message w ON (w.module, w.language, w.english) = (o.module, :language, o.title) WHERE h.member = m.id ORDER BY o.name = 'owner' DESC, o.name LIMIT 1) AS title
FROM socle.member_role r JOIN socle.member m ON m.id = r.member WHERE r.role = :role ORDER BY m.id LIMIT 1

-- name: sign_in_use (hash)
DELETE FROM socle.sign_in WHERE token_hash = :hash AND expires > UTC_TIMESTAMP(6)

-- name: session_add (hash, member, agent)
INSERT INTO socle.session (token_hash, member, expires, agent) VALUES (:hash, :member, UTC_TIMESTAMP(6) + INTERVAL 12 HOUR, :agent)

-- name: sessions_of (member)
SELECT LEFT(token_hash, 16) AS id, agent, created FROM socle.session WHERE member = :member AND expires > UTC_TIMESTAMP(6) ORDER BY created DESC LIMIT 50

-- name: session_by_id (member, id)
SELECT LEFT(token_hash, 16) AS id, agent, created FROM socle.session WHERE member = :member AND LEFT(token_hash, 16) = :id

-- name: session_end (member, id)
DELETE FROM socle.session WHERE member = :member AND LEFT(token_hash, 16) = :id

-- name: sessions_end_others (member, session)
DELETE FROM socle.session WHERE member = :member AND token_hash <> :session

-- name: profile (member)
SELECT name, zone, language FROM socle.member WHERE id = :member

-- name: profile_set (member, name, language, zone)
UPDATE socle.member SET name = :name, language = :language, zone = :zone WHERE id = :member

-- name: sessions_end (member)
DELETE FROM socle.session WHERE member = :member

-- name: sign_out_everywhere (tenant, person, actor)
INSERT INTO scopiton.installer_order (tenant, kind, person, actor) VALUES (:tenant, 'sign-out', :person, :actor)

-- name: tiles (language)
SELECT module, CONCAT('/', module, path) AS url, permission,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (t.module, :language, t.title)), t.title) AS title
FROM socle.tile t ORDER BY place, module, path

-- name: entries (language)
SELECT module, CONCAT('/', module, path) AS url, permission,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (m.module, :language, m.title)), m.title) AS title
FROM socle.menu m WHERE NOT (module = 'portal' AND path = '/') ORDER BY place, module, path

-- name: public_module ()
SELECT module, root FROM socle.offer WHERE state = 'on' AND has_public ORDER BY root DESC, module LIMIT 1

-- name: waiting ()
SELECT (SELECT COUNT(*) FROM socle.dead_job) AS dead, (SELECT COUNT(*) FROM socle.mail WHERE state = 'refused' AND created > UTC_TIMESTAMP() - INTERVAL 7 DAY) AS refused

-- Lists in another order than that of their numbers: each row has its place, from which the page counts. Backwards, as `_back` is, with
-- `before`.
-- name: offers (language, words, category, after, before, limit)
WITH listed AS (SELECT o.module, ROW_NUMBER() OVER (ORDER BY o.state IS NULL OR o.state = 'gone', COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title), o.module) AS place
	FROM socle.offer o WHERE o.module <> 'portal' AND (:category IS NULL OR o.category = :category)
		AND (:words IS NULL OR CONCAT_WS(' ', o.module, o.title, o.summary) LIKE CONCAT('%', :words, '%')
			OR EXISTS (SELECT w.text FROM socle.message w WHERE w.module = o.module AND w.english IN (o.title, o.summary) AND w.text LIKE CONCAT('%', :words, '%'))))
SELECT o.module AS id, EXISTS (SELECT t.name FROM socle.setting_type t WHERE t.module = o.module) AS has_settings, o.module, COALESCE(o.own_version, o.version) AS version, o.version AS newest, o.trouble, o.category, o.level, o.has_public, o.root,
	o.from_catalogue, o.used_by, o.scop_title, o.price_cents AS tariff_cents, o.currency, o.price_cents > 0 AS costs, o.icon,
	EXISTS (SELECT r.id FROM socle.module_request r WHERE r.module = o.module AND r.state = 'open') AS asked,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) AS title,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.summary)), o.summary) AS summary,
	o.state,
	(SELECT i.state FROM socle.installer_order i WHERE i.module = o.module ORDER BY i.id DESC LIMIT 1) IN ('waiting', 'running') AS under_way,
	(SELECT i.id FROM socle.installer_order i WHERE i.module = o.module ORDER BY i.id DESC LIMIT 1) AS order_id,
	(SELECT IF(i.state = 'failed', i.message, '') FROM socle.installer_order i WHERE i.module = o.module ORDER BY i.id DESC LIMIT 1) AS failure
FROM listed l JOIN socle.offer o ON o.module = l.module
WHERE l.place > COALESCE((SELECT x.place FROM listed x WHERE x.module = :after), 0)
	AND (:before IS NULL OR l.place < (SELECT x.place FROM listed x WHERE x.module = :before))
ORDER BY IF(:before IS NULL, l.place, -l.place) LIMIT :limit

-- name: module_titles (language)
SELECT o.module, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) AS title FROM socle.offer o

-- name: offer_page (language, module)
SELECT o.root, EXISTS (SELECT t.name FROM socle.setting_type t WHERE t.module = o.module) AS has_settings, o.module, o.version, o.own_version, o.previous_version, o.trouble, o.category, o.level, o.from_catalogue, o.used_by,
	IF(o.from_catalogue, o.scop_title, CONCAT(UPPER(LEFT(o.scop_title, 1)), SUBSTRING(o.scop_title, 2))) AS scop_title, o.price_cents AS tariff_cents, o.currency, o.price_cents > 0 AS costs, o.rights, o.own_rights, o.needs, o.personal, o.icon, o.pictures, o.license,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) AS title, o.title AS english,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.summary)), o.summary) AS summary,
	o.state,
	o.generation > COALESCE(o.own_generation, o.generation) AS makes_anew, o.back,
	o.back_changes_tables AS back_leaves_tables, o.own_back, o.may_buy, o.has_public, o.site_host
FROM socle.offer o WHERE o.module = :module AND o.module <> 'portal'

-- name: every_offer_page (language, tenant, module)
SELECT o.root, 0 AS has_settings, o.module, o.version, o.own_version, o.previous_version, o.trouble, o.category, o.level, o.from_catalogue, o.used_by,
	IF(o.from_catalogue, o.scop_title, CONCAT(UPPER(LEFT(o.scop_title, 1)), SUBSTRING(o.scop_title, 2))) AS scop_title, o.price_cents AS tariff_cents, o.currency, o.price_cents > 0 AS costs, o.rights, o.own_rights, o.needs, o.personal, o.icon, o.pictures, o.license,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) AS title, o.title AS english,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.summary)), o.summary) AS summary,
	o.state,
	o.generation > COALESCE(o.own_generation, o.generation) AS makes_anew, o.back,
	o.back_changes_tables AS back_leaves_tables, o.own_back, o.may_buy, o.has_public, o.site_host
FROM socle.every_offer o WHERE o.tenant = :tenant AND o.module = :module AND o.module <> 'portal'

-- name: offer_versions (language, module)
SELECT version, channel, yanked, reason, level, CEILING(size / 1000) AS kilobytes, published,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (v.module, :language, v.changes)), v.changes) AS changes
FROM socle.offer_version v WHERE module = :module ORDER BY place DESC LIMIT 20

-- Tables that a module may write are told by what people know them as, each once.
-- name: rights_listed (language, rights, had)
SELECT IF(g.kind IN ('reads', 'asks'), MAX(COALESCE((SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title)
	FROM socle.offer o WHERE o.module = SUBSTRING_INDEX(g.about, '.', 1)), SUBSTRING_INDEX(g.about, '.', 1))), MAX(g.about)) AS about, g.kind, MAX(g.is_more) AS is_more FROM (SELECT SUBSTRING(j.entry, LOCATE(' ', j.entry) + 1) AS about,
	CASE WHEN j.entry LIKE 'calls %' THEN 'calls' WHEN j.entry LIKE 'reads %' THEN 'reads' WHEN j.entry LIKE 'asks %' THEN 'asks' WHEN j.entry LIKE 'takes %' THEN 'takes' WHEN j.entry = 'orders' THEN 'orders' WHEN j.entry = 'accounts' THEN 'accounts'
		WHEN j.entry REGEXP '^writes (member|member_role|invitation) ' THEN 'members' WHEN j.entry REGEXP '^writes (role|role_permission) ' THEN 'roles'
		WHEN j.entry REGEXP '^writes (session|sign_in) ' THEN 'sessions' WHEN j.entry REGEXP '^writes api_key ' THEN 'keys' WHEN j.entry LIKE 'writes setting %' THEN 'settings' ELSE 'others' END AS kind,
	NOT JSON_CONTAINS(COALESCE(:had, :rights), JSON_QUOTE(j.entry)) AS is_more, j.place
	FROM JSON_TABLE(:rights, '$[*]' COLUMNS (place FOR ORDINALITY, entry VARCHAR(300) COLLATE utf8mb4_unicode_520_ci PATH '$')) j) g
GROUP BY g.kind, CASE WHEN g.kind IN ('calls', 'takes') THEN g.about WHEN g.kind IN ('reads', 'asks') THEN SUBSTRING_INDEX(g.about, '.', 1) ELSE '' END ORDER BY MIN(g.place)

-- name: needs_listed (language, needs)
SELECT COALESCE((SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = j.module), j.module) AS title, j.version FROM JSON_TABLE(:needs, '$[*]' COLUMNS (module VARCHAR(24) COLLATE utf8mb4_unicode_520_ci PATH '$.module', version VARCHAR(40) COLLATE utf8mb4_unicode_520_ci PATH '$.version')) j

-- Modules that come with one that needs them, and their own prices.
-- name: needs_priced (language, module)
SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) AS title, o.tariff_cents, o.currency
FROM socle.offer_need n JOIN socle.offer o ON o.module = n.need
WHERE n.module = :module AND o.tariff_cents > 0 AND COALESCE(o.state, '') <> 'on' ORDER BY title

-- name: personal_listed (language, module, personal)
SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (:module, :language, j.title)), j.title) AS title, j.months
FROM JSON_TABLE(:personal, '$[*]' COLUMNS (title VARCHAR(100) COLLATE utf8mb4_unicode_520_ci PATH '$.title', months INT PATH '$.months')) j

-- name: pictures_listed (language, module, pictures)
SELECT j.file, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (:module, :language, j.title)), j.title) AS title
FROM JSON_TABLE(:pictures, '$[*]' COLUMNS (file VARCHAR(70) COLLATE utf8mb4_unicode_520_ci PATH '$.file', title VARCHAR(100) COLLATE utf8mb4_unicode_520_ci PATH '$.title')) j

-- name: module_orders (module)
SELECT id, kind, actor, created, ended, state, state IN ('waiting', 'running') AS under_way, message
FROM socle.installer_order WHERE module = :module ORDER BY id DESC LIMIT 20

-- name: every_module_orders (tenant, module)
SELECT id, kind, actor, created, ended, state, state IN ('waiting', 'running') AS under_way, message
FROM socle.every_order WHERE tenant = :tenant AND module = :module ORDER BY id DESC LIMIT 20

-- name: order_steps (order)
SELECT step, number FROM socle.order_step WHERE installer_order = :order ORDER BY number

-- name: every_order_steps (order)
SELECT step, number FROM socle.every_step WHERE installer_order = :order ORDER BY number

-- name: order_under_way (order)
SELECT id, module FROM socle.installer_order WHERE id = :order AND state IN ('waiting', 'running')

-- name: every_order_under_way (order, tenant)
SELECT id, module FROM socle.every_order WHERE id = :order AND tenant = :tenant AND state IN ('waiting', 'running')

-- name: order_cancel (order)
INSERT INTO scopiton.order_cancel (installer_order) VALUES (:order)

-- name: module_rows (module)
SELECT COALESCE(SUM(n_rows), 0) AS stored FROM socle.module_table WHERE module = :module

-- name: every_module_rows (tenant, module)
SELECT COALESCE(SUM(n_rows), 0) AS stored FROM socle.every_module_table WHERE tenant = :tenant AND module = :module

-- name: request_of (module)
SELECT id, actor, created, state, answered, answered_by, answer
FROM socle.module_request WHERE module = :module ORDER BY id DESC LIMIT 1

-- name: every_request_of (tenant, module)
SELECT id, actor, created, state, answered, answered_by, answer
FROM socle.every_request WHERE tenant = :tenant AND module = :module ORDER BY id DESC LIMIT 1

-- name: requests_open (language)
SELECT r.id, r.tenant, r.title AS tenant_title, r.module, r.actor, r.created, o.price_cents AS tariff_cents, o.currency,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) AS title
FROM socle.every_request r JOIN socle.every_offer o ON o.tenant = r.tenant AND o.module = r.module WHERE r.state = 'open' ORDER BY r.id LIMIT 100

-- name: request_by_id (language, id)
SELECT r.tenant, r.title AS tenant_title, r.module, r.actor, o.price_cents AS tariff_cents, o.currency,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) AS title
FROM socle.every_request r JOIN socle.every_offer o ON o.tenant = r.tenant AND o.module = r.module WHERE r.id = :id AND r.state = 'open'

-- name: operators ()
SELECT DISTINCT m.name, m.mail FROM socle.member m JOIN socle.member_role r ON r.member = m.id
JOIN socle.role_permission p ON p.role = r.role AND p.permission = 'portal.operate' WHERE m.mail <> '' ORDER BY m.id LIMIT 50

-- name: decline_order_add (tenant, module, actor, words)
INSERT INTO scopiton.installer_order (tenant, kind, module, actor, details) VALUES (:tenant, 'decline', :module, :actor, JSON_OBJECT('words', :words))

-- name: catalogue_state ()
SELECT number, expires, looked, problem FROM socle.catalogue

-- name: module_order_add (tenant, kind, module, actor, version, granted, confirmed, agreed)
INSERT INTO scopiton.installer_order (tenant, kind, module, actor, version, granted, confirmed, details) VALUES (:tenant, :kind, :module, :actor, :version, :granted, :confirmed, IF(:agreed IS NULL, '{}', JSON_OBJECT('agreed', :agreed)))

-- name: rollout_order_add (tenant, module, actor, version, granted, canary)
INSERT INTO scopiton.installer_order (tenant, kind, module, actor, version, granted, canary) VALUES (:tenant, 'rollout', :module, :actor, :version, :granted, :canary)

-- name: rollout_change_add (tenant, kind, rollout, actor)
INSERT INTO scopiton.installer_order (tenant, kind, rollout, actor) VALUES (:tenant, :kind, :rollout, :actor)

-- name: rollouts (language, after, limit)
SELECT r.id, r.module, r.version, r.state, r.actor, r.created, r.tenants, r.done,
	(SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = r.module) AS title
FROM socle.rollout r WHERE r.id < COALESCE(:after, 9223372036854775807) ORDER BY r.id DESC LIMIT :limit

-- name: rollouts_back (language, before, limit)
SELECT r.id, r.module, r.version, r.state, r.actor, r.created, r.tenants, r.done,
	(SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = r.module) AS title
FROM socle.rollout r WHERE r.id > :before ORDER BY r.id LIMIT :limit

-- name: rollouts_asked (language, tenant)
SELECT e.id, e.module, e.version, e.state IN ('waiting', 'running') AS under_way, e.message, (SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = e.module) AS title FROM socle.every_order e
WHERE e.tenant = :tenant AND e.kind = 'rollout' AND (e.state IN ('waiting', 'running') OR (e.state = 'failed' AND e.created > UTC_TIMESTAMP() - INTERVAL 1 HOUR)) ORDER BY e.id DESC LIMIT 5

-- name: rollout_changes (tenant, rollout)
SELECT id FROM socle.every_order WHERE tenant = :tenant AND kind IN ('rollout-pause', 'rollout-resume') AND rollout = :rollout AND state IN ('waiting', 'running') LIMIT 1

-- name: rollout_by_id (language, id)
SELECT r.id, r.module, r.version, r.state, r.actor, r.own, r.created, r.ended, r.tenants, r.done,
	(SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = r.module) AS title,
	(SELECT o.title FROM socle.offer o WHERE o.module = r.module) AS english
FROM socle.rollout r WHERE r.id = :id

-- name: rollout_tenants (id, after, before, limit)
WITH listed AS (SELECT tenant, title, wave, state, message, from_version, milliseconds, ROW_NUMBER() OVER (ORDER BY wave, tenant) AS place
	FROM socle.rollout_tenant WHERE rollout = :id)
SELECT l.tenant AS id, l.tenant, l.title, l.wave, l.state, l.message, l.from_version, l.milliseconds FROM listed l
WHERE l.place > COALESCE((SELECT x.place FROM listed x WHERE x.tenant = :after), 0)
	AND (:before IS NULL OR l.place < (SELECT x.place FROM listed x WHERE x.tenant = :before))
ORDER BY IF(:before IS NULL, l.place, -l.place) LIMIT :limit

-- Before an update begins: the waves as the installer makes them (core/installer/rollout.c). Without a version each company gets the
-- newest one, whose additional permissions stop the update unless they are accepted.
-- name: rollout_plan (module, version, granted, canary, limit)
SELECT t.title, o.own_version AS from_version, COALESCE(:version, o.version) AS to_version, o.own_version = COALESCE(:version, o.version) AS has_it,
	:version IS NULL AND :granted = 0 AND NOT JSON_CONTAINS(o.own_rights, o.rights) AS lacks,
	CAST(IF(o.tenant <=> :canary, 0, 1 + FLOOR(LOG2(ROW_NUMBER() OVER (PARTITION BY o.tenant <=> :canary ORDER BY o.tenant)))) AS INT) AS wave, COUNT(*) OVER () AS companies
FROM socle.every_offer o JOIN socle.every_tenant t ON t.id = o.tenant WHERE o.module = :module AND o.state NOT IN ('off', 'gone')
ORDER BY wave, o.tenant LIMIT :limit

-- name: rollout_plan_base (canary, limit)
SELECT t.title, NULL AS from_version, NULL AS to_version, 0 AS has_it, 0 AS lacks,
	CAST(IF(t.id <=> :canary, 0, 1 + FLOOR(LOG2(ROW_NUMBER() OVER (PARTITION BY t.id <=> :canary ORDER BY t.id)))) AS INT) AS wave, COUNT(*) OVER () AS companies
FROM socle.every_tenant t ORDER BY wave, t.id LIMIT :limit

-- name: rollout_left_out (module, limit)
SELECT t.title, o.state FROM socle.every_offer o JOIN socle.every_tenant t ON t.id = o.tenant WHERE o.module = :module AND COALESCE(o.state, 'none') IN ('off', 'gone', 'none')
ORDER BY o.state IS NULL, t.title LIMIT :limit

-- name: rollout_module (language, module)
SELECT (SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = :module) AS title,
	COALESCE(MAX(r.state = 'running'), 0) AS running, COALESCE(MAX(r.state = 'paused' AND r.own), 0) AS paused FROM socle.rollout r WHERE r.module = :module

-- name: rollout_modules (language)
SELECT s.module, MAX(COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title)) AS title, COUNT(DISTINCT s.tenant) AS tenants
FROM socle.every_subscription s JOIN socle.offer o ON o.module = s.module WHERE s.state = 'on' GROUP BY s.module ORDER BY title

-- name: tenants_titled (limit)
SELECT id, title FROM socle.every_tenant ORDER BY title, id LIMIT :limit

-- Companies of that short name or title: two rows are enough to see that it is not clear.
-- name: tenants_called (words)
SELECT id, name = :words AS by_name FROM socle.every_tenant WHERE name = :words OR title = :words ORDER BY name = :words DESC, id LIMIT 2

-- name: statement_months ()
SELECT u.month, SUM(u.cents) AS sum_cents, MAX(u.currency) AS currency, EXISTS (SELECT s.closed FROM socle.statement s WHERE s.month = u.month) AS closed
FROM socle.use_line u GROUP BY u.month ORDER BY u.month DESC LIMIT 36

-- name: statement_lines (language, month)
SELECT u.module, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title, u.module) AS title, u.begins, u.ends,
	u.days, u.of_days, u.month_cents, u.cents AS sum_cents, u.currency
FROM socle.use_line u LEFT JOIN socle.offer o ON o.module = u.module
WHERE u.month = :month ORDER BY title, u.begins

-- name: offer_titled (language, module)
SELECT module, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) AS title, title AS english
FROM socle.offer o WHERE module = :module AND state = 'on'

-- name: settings_of (language, module)
SELECT t.name, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (t.module, :language, t.title)), t.title) AS title,
	COALESCE(s.value, t.standard) AS value, t.type, t.low, t.high
FROM socle.setting_type t LEFT JOIN socle.setting s ON s.module = t.module AND s.name = t.name WHERE t.module = :module ORDER BY t.place

-- name: settings_to_change (language, module)
SELECT t.name, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (t.module, :language, t.title)), t.title) AS title, t.title AS english, COALESCE(s.value, t.standard) AS value, t.type, t.low, t.high, 0 AS zero_cents
FROM socle.setting_type t LEFT JOIN socle.setting s ON s.module = t.module AND s.name = t.name WHERE t.module = :module ORDER BY t.place FOR UPDATE

-- name: setting_choices (language, module)
SELECT c.setting, c.value, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (c.module, :language, c.title)), c.title) AS title, c.title AS english
FROM socle.setting_choice c WHERE c.module = :module ORDER BY c.setting, c.place

-- name: settings_put (module, items)
REPLACE INTO socle.setting (module, name, value)
SELECT :module, j.name, j.value FROM JSON_TABLE(:items, '$[*]' COLUMNS (name VARCHAR(50) COLLATE utf8mb4_unicode_520_ci PATH '$.name', value VARCHAR(2000) COLLATE utf8mb4_unicode_520_ci PATH '$.value')) j

-- name: steps_under_way ()
SELECT s.installer_order, s.number, s.step FROM socle.order_step s
JOIN socle.installer_order i ON i.id = s.installer_order
WHERE i.state IN ('waiting', 'running') ORDER BY s.installer_order, s.number

-- name: jobs (language, after, before, limit)
WITH listed AS (SELECT j.id, ROW_NUMBER() OVER (ORDER BY j.running DESC, j.run_at, j.id) AS place FROM socle.job j)
SELECT j.id, j.running, j.run_at, j.tries, j.done, j.total, j.error, o.title AS module_title,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (t.module, :language, t.title)), t.title, j.name) AS title
FROM listed l JOIN socle.job j ON j.id = l.id LEFT JOIN socle.job_title t ON t.module = j.module AND t.name = j.name
LEFT JOIN (SELECT n.module, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (n.module, :language, n.title)), n.title) AS title
	FROM socle.offer n) o ON o.module = j.module
WHERE l.place > COALESCE((SELECT x.place FROM listed x WHERE x.id = :after), 0)
	AND (:before IS NULL OR l.place < (SELECT x.place FROM listed x WHERE x.id = :before))
ORDER BY IF(:before IS NULL, l.place, -l.place) LIMIT :limit

-- name: dead_jobs (language, after, limit)
SELECT d.id, d.is_event, d.died, d.tries, d.error, o.title AS module_title,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (t.module, :language, t.title)), t.title, d.name) AS title
FROM socle.dead_job d LEFT JOIN socle.job_title t ON t.module = d.module AND t.name = d.name
LEFT JOIN (SELECT n.module, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (n.module, :language, n.title)), n.title) AS title
	FROM socle.offer n) o ON o.module = d.module WHERE d.id < COALESCE(:after, 9223372036854775807) ORDER BY d.id DESC LIMIT :limit

-- name: dead_jobs_back (language, before, limit)
SELECT d.id, d.is_event, d.died, d.tries, d.error, o.title AS module_title,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (t.module, :language, t.title)), t.title, d.name) AS title
FROM socle.dead_job d LEFT JOIN socle.job_title t ON t.module = d.module AND t.name = d.name
LEFT JOIN (SELECT n.module, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (n.module, :language, n.title)), n.title) AS title
	FROM socle.offer n) o ON o.module = d.module WHERE d.id > :before ORDER BY d.id LIMIT :limit

-- name: job_by_id (language, id)
SELECT j.id, t.module, t.title AS english, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (t.module, :language, t.title)), t.title, j.name) AS title
FROM socle.job j LEFT JOIN socle.job_title t ON t.module = j.module AND t.name = j.name WHERE j.id = :id

-- name: dead_job_by_id (language, id)
SELECT d.id, t.module, t.title AS english, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (t.module, :language, t.title)), t.title, d.name) AS title
FROM socle.dead_job d LEFT JOIN socle.job_title t ON t.module = d.module AND t.name = d.name WHERE d.id = :id

-- name: mails (words, since, until, after, limit)
SELECT id, recipient, recipient_name, subject, secret, created, state, answer, ended FROM socle.mail
WHERE (:words IS NULL OR recipient LIKE CONCAT('%', :words, '%') OR recipient_name LIKE CONCAT('%', :words, '%') OR subject LIKE CONCAT('%', :words, '%')) AND (:since IS NULL OR created >= :since) AND (:until IS NULL OR created < :until) AND id < COALESCE(:after, 9223372036854775807) ORDER BY id DESC LIMIT :limit

-- name: mails_back (words, since, until, before, limit)
SELECT id, recipient, recipient_name, subject, secret, created, state, answer, ended FROM socle.mail
WHERE (:words IS NULL OR recipient LIKE CONCAT('%', :words, '%') OR recipient_name LIKE CONCAT('%', :words, '%') OR subject LIKE CONCAT('%', :words, '%')) AND (:since IS NULL OR created >= :since) AND (:until IS NULL OR created < :until) AND id > :before ORDER BY id LIMIT :limit

-- name: mail_by_id (id)
SELECT html FROM socle.mail WHERE id = :id AND html <> ''

-- Accounts: persons are in the database `account`, which no other module reads.

-- name: person_by_mail (mail)
SELECT p.id, COALESCE(m.name, p.name) AS name, p.mail, p.password, p.totp IS NOT NULL AS second, m.id AS member,
	EXISTS (SELECT i.member FROM socle.member g JOIN socle.invitation i ON i.member = g.id WHERE g.mail = p.mail AND i.expires > UTC_TIMESTAMP(6)) AS invited FROM account.person p LEFT JOIN socle.member m ON m.person = p.id
WHERE p.mail = LOWER(:mail) AND BINARY p.mail = BINARY LOWER(:mail)

-- name: person_of_member (member)
SELECT p.id, p.mail, m.name, p.password, p.totp IS NOT NULL AS second FROM socle.member m JOIN account.person p ON p.id = m.person WHERE m.id = :member

-- name: person_add (mail, name, language, password)
INSERT INTO account.person (mail, name, language, password) VALUES (LOWER(:mail), :name, :language, :password)

-- name: person_password (id, password)
UPDATE account.person SET password = :password WHERE id = :id

-- Says so of the person too, whose account ends where they are a member no more.
-- name: member_become (member, person, mail)
UPDATE socle.member m JOIN account.person p ON p.id = :person SET m.person = p.id, m.mail = LOWER(:mail), p.member_seen = UTC_DATE() WHERE m.id = :member

-- name: failures_of (sender, mail)
SELECT COUNT(*) AS sender, COALESCE(SUM(f.mail = :mail), 0) AS pair,
	(SELECT COUNT(*) FROM account.failure a WHERE a.mail = :mail AND a.at > UTC_TIMESTAMP(6) - INTERVAL 15 MINUTE) AS account
FROM account.failure f WHERE f.sender = :sender AND f.at > UTC_TIMESTAMP(6) - INTERVAL 15 MINUTE

-- name: place_known (mail, sender)
SELECT l.person FROM account.place l JOIN account.person p ON p.id = l.person WHERE p.mail = LOWER(:mail) AND BINARY p.mail = BINARY LOWER(:mail) AND l.sender = :sender

-- name: place_note (member, sender)
INSERT INTO account.place (person, sender) SELECT person, :sender FROM socle.member WHERE id = :member AND person IS NOT NULL ON DUPLICATE KEY UPDATE at = UTC_TIMESTAMP(6)

-- name: failure_add (sender, mail)
INSERT INTO account.failure (sender, mail) VALUES (:sender, :mail)

-- name: reset_add (hash, person)
INSERT INTO account.reset (token_hash, person, expires) VALUES (:hash, :person, UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)

-- name: resets_of (person)
SELECT COUNT(*) AS fresh FROM account.reset WHERE person = :person AND expires > UTC_TIMESTAMP(6) + INTERVAL 50 MINUTE

-- name: reset_by_hash (hash)
SELECT r.person, r.person AS id, m.id AS member, COALESCE(m.name, p.name) AS name, p.totp IS NOT NULL AS second FROM account.reset r
JOIN account.person p ON p.id = r.person LEFT JOIN socle.member m ON m.person = r.person
WHERE r.token_hash = :hash AND r.expires > UTC_TIMESTAMP(6)

-- name: resets_use (person)
DELETE FROM account.reset WHERE person = :person

-- Those without a name are the last.
-- name: members (language, after, before, limit)
WITH listed AS (SELECT m.id, ROW_NUMBER() OVER (ORDER BY m.name = '', m.name, m.mail, m.id) AS place FROM socle.member m)
SELECT m.id, m.name, m.mail, m.name <> '' AS is_named, m.person IS NOT NULL AS has_account, (SELECT COALESCE(w.text, NULLIF(o.title, ''), o.name) FROM socle.member_role h JOIN socle.role o ON o.name = h.role
	LEFT JOIN socle.message w ON (w.module, w.language, w.english) = (o.module, :language, o.title) WHERE h.member = m.id ORDER BY o.name = 'owner' DESC, o.name LIMIT 1) AS role,
	(SELECT MAX(i.expires > UTC_TIMESTAMP(6)) FROM socle.invitation i WHERE i.member = m.id) AS invited
FROM listed l JOIN socle.member m ON m.id = l.id
WHERE l.place > COALESCE((SELECT x.place FROM listed x WHERE x.id = :after), 0)
	AND (:before IS NULL OR l.place < (SELECT x.place FROM listed x WHERE x.id = :before))
ORDER BY IF(:before IS NULL, l.place, -l.place) LIMIT :limit

-- name: name_of_member (id)
SELECT name FROM socle.member WHERE id = :id

-- name: member_by_id (language, id)
SELECT m.id, m.name, m.mail, m.name <> '' AS is_named, m.name <> '' OR m.mail <> '' AS is_known, m.language, m.person IS NOT NULL AS has_account, m.person IS NULL AND m.mail <> '' AS may_invite,
	(SELECT r.role FROM socle.member_role r WHERE r.member = m.id ORDER BY r.role = 'owner' DESC, r.role LIMIT 1) AS role, (SELECT COALESCE(w.text, NULLIF(o.title, ''), o.name) FROM socle.member_role h JOIN socle.role o ON o.name = h.role
	LEFT JOIN socle.message w ON (w.module, w.language, w.english) = (o.module, :language, o.title) WHERE h.member = m.id ORDER BY o.name = 'owner' DESC, o.name LIMIT 1) AS title
FROM socle.member m WHERE m.id = :id

-- name: roles (language)
SELECT r.name, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (r.module, :language, r.title)), NULLIF(r.title, ''), r.name) AS title, (SELECT COUNT(*) FROM socle.member_role m WHERE m.role = r.name) AS members,
	(SELECT COUNT(*) FROM socle.role_permission p WHERE p.role = r.name) AS permissions FROM socle.role r ORDER BY r.name

-- name: role_by_name (language, name)
SELECT r.name, r.module, r.title AS english, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (r.module, :language, r.title)), NULLIF(r.title, ''), r.name) AS title, (SELECT COUNT(*) FROM socle.member_role m WHERE m.role = r.name) AS members FROM socle.role r WHERE r.name = :name AND BINARY r.name = BINARY :name

-- name: role_add (name, title)
INSERT INTO socle.role (name, title) VALUES (:name, :title)

-- name: role_remove (name)
DELETE FROM socle.role WHERE name = :name

-- name: role_permissions_clear (name)
DELETE FROM socle.role_permission WHERE role = :name

-- name: role_permissions (name)
SELECT permission FROM socle.role_permission WHERE role = :name ORDER BY permission

-- name: role_permissions_held (name)
SELECT permission FROM socle.role_permission WHERE role = :name ORDER BY permission FOR UPDATE

-- name: member_role_held (member)
SELECT role FROM socle.member_role WHERE member = :member ORDER BY role = 'owner' DESC, role LIMIT 1 FOR UPDATE

-- name: role_permissions_add (name, permissions)
INSERT INTO socle.role_permission (role, permission)
SELECT :name, j.permission FROM JSON_TABLE(:permissions, '$[*]' COLUMNS (permission VARCHAR(50) COLLATE utf8mb4_unicode_520_ci PATH '$')) j

-- name: permissions_of_role (language, name)
SELECT p.name, p.module, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (p.module, :language, p.title)), p.title) AS title, p.title AS english,
	r.role IS NOT NULL AS may FROM socle.permission p LEFT JOIN socle.role_permission r ON r.permission = p.name AND r.role = :name
WHERE p.name <> 'portal.operate' OR EXISTS (SELECT t.id FROM socle.every_tenant t) ORDER BY p.module = 'portal', p.module, p.name

-- name: permissions_titled (language)
SELECT name, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (p.module, :language, p.title)), p.title) AS title
FROM socle.permission p ORDER BY module = 'portal', module, name

-- name: api_keys (language)
SELECT id, name, COALESCE((SELECT GROUP_CONCAT(COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (p.module, :language, p.title)), p.title)
	ORDER BY p.module, p.name SEPARATOR ', ') FROM socle.permission p WHERE FIND_IN_SET(p.name, permissions)), permissions) AS permissions, by_name, created, expires, expires <= UTC_TIMESTAMP(6) AS ended, of_company,
	expires > UTC_TIMESTAMP(6) AND NOT of_company AND NOT EXISTS (SELECT m.id FROM socle.member m WHERE m.id = k.member) AS orphaned FROM socle.api_key k ORDER BY id DESC LIMIT 100

-- name: api_key_count ()
SELECT COUNT(*) AS n FROM socle.api_key

-- name: api_key_by_id (id)
SELECT id, name FROM socle.api_key WHERE id = :id

-- name: api_keys_of (member)
SELECT COUNT(*) AS n FROM socle.api_key WHERE member = :member AND NOT of_company AND expires > UTC_TIMESTAMP(6)

-- name: api_key_add (hash, name, permissions, by, member, of_company, days)
INSERT INTO socle.api_key (token_hash, name, permissions, by_name, member, of_company, expires) VALUES (:hash, :name, :permissions, :by, :member, :of_company, UTC_TIMESTAMP(6) + INTERVAL :days DAY)

-- name: api_key_remove (id)
DELETE FROM socle.api_key WHERE id = :id

-- Operators: of the tenants that their scop serves; for a tenant that is no scop's, these views are empty.

-- Each company with what may need its operator; a page of InnoDB has 16 KiB.
-- name: every_tenant (words, after, before, limit)
WITH listed AS (SELECT t.id, ROW_NUMBER() OVER (ORDER BY t.title, t.id) AS place FROM socle.every_tenant t WHERE :words IS NULL OR t.title LIKE CONCAT('%', :words, '%') OR t.name LIKE CONCAT('%', :words, '%')
		OR t.host LIKE CONCAT('%', :words, '%'))
SELECT t.id, t.title, t.name, t.host, t.portal_host, COALESCE(u.modules, 0) AS modules, COALESCE(u.troubles, 0) AS troubles, COALESCE(u.updates, 0) AS updates,
	COALESCE(d.jobs, 0) AS dead, COALESCE(r.mails, 0) AS refused, COALESCE(c.crashes, 0) AS crashes, CEILING(COALESCE(z.pages, 0) / 64) AS megabytes
FROM listed l JOIN socle.every_tenant t ON t.id = l.id
LEFT JOIN (SELECT s.tenant, COUNT(*) AS modules, SUM(s.trouble <> '') AS troubles, SUM(s.version <> o.version) AS updates
	FROM socle.every_subscription s LEFT JOIN socle.offer o ON o.module = s.module WHERE s.state = 'on' GROUP BY s.tenant) u ON u.tenant = t.id
LEFT JOIN (SELECT tenant, COUNT(*) AS jobs FROM socle.every_dead_job GROUP BY tenant) d ON d.tenant = t.id
LEFT JOIN (SELECT tenant, COUNT(*) AS mails FROM socle.every_refused_mail WHERE created > UTC_TIMESTAMP() - INTERVAL 7 DAY GROUP BY tenant) r ON r.tenant = t.id
LEFT JOIN (SELECT tenant, CAST(SUM(crashes) AS INT) AS crashes FROM socle.every_crash WHERE day > UTC_DATE() - INTERVAL 7 DAY GROUP BY tenant) c ON c.tenant = t.id
LEFT JOIN (SELECT tenant, SUM(pages) AS pages FROM socle.every_module_table GROUP BY tenant) z ON z.tenant = t.id
WHERE l.place > COALESCE((SELECT x.place FROM listed x WHERE x.id = :after), 0)
	AND (:before IS NULL OR l.place < (SELECT x.place FROM listed x WHERE x.id = :before))
ORDER BY IF(:before IS NULL, l.place, -l.place) LIMIT :limit

-- Companies with something that has failed: for the operator's first page.
-- name: companies_in_trouble ()
SELECT COUNT(DISTINCT f.tenant) AS companies FROM (SELECT d.tenant FROM socle.every_dead_job d UNION ALL
	SELECT c.tenant FROM socle.every_crash c WHERE c.day > UTC_DATE() - INTERVAL 7 DAY UNION ALL
	SELECT s.tenant FROM socle.every_subscription s WHERE s.state = 'on' AND s.trouble <> '') f

-- name: one_tenant (id)
SELECT t.id, t.title, t.name, t.host, t.portal_host, t.country, t.created, t.allowance_cents, t.allowance_cents IS NOT NULL AS may_order, t.currency, t.sender,
	(SELECT SUM(u.cents) FROM socle.every_use_line u WHERE u.tenant = t.id AND u.month = DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m') AND u.currency = t.currency) AS month_cents
FROM socle.every_tenant t WHERE t.id = :id

-- name: tenant_like (name, host, portal_host)
SELECT t.name = :name AS by_name, t.host IN (:host, :portal_host) OR t.portal_host IN (:host, :portal_host) AS by_host FROM socle.every_tenant t
WHERE t.name = :name OR t.host IN (:host, :portal_host) OR t.portal_host IN (:host, :portal_host) LIMIT 1

-- name: templates (language)
SELECT name, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = ('', :language, t.title)), t.title) AS title FROM socle.template t ORDER BY title

-- name: tenant_order_add (tenant, actor, name, title, language, zone, country, template, host, portal_host, owner_name, owner_mail, inviter)
INSERT INTO scopiton.installer_order (tenant, kind, new_tenant, actor, details) VALUES (:tenant, 'tenant', :name, :actor, JSON_OBJECT('title', :title,
	'language', :language, 'zone', :zone, 'country', :country, 'template', :template, 'host', :host, 'portal_host', :portal_host, 'owner_name', :owner_name, 'owner_mail', :owner_mail,
	'inviter', COALESCE(:inviter, (SELECT t.title FROM socle.every_tenant t WHERE t.id = :tenant), :actor)))

-- name: allowance_order_add (tenant, actor, cents)
INSERT INTO scopiton.installer_order (tenant, kind, actor, details) VALUES (:tenant, 'allowance', :actor, JSON_OBJECT('cents', :cents))

-- name: sender_order_add (tenant, actor, address)
INSERT INTO scopiton.installer_order (tenant, kind, actor, details) VALUES (:tenant, 'sender', :actor, JSON_OBJECT('address', :address))

-- name: country_order_add (tenant, actor, country)
INSERT INTO scopiton.installer_order (tenant, kind, actor, details) VALUES (:tenant, 'country', :actor, JSON_OBJECT('country', :country))

-- name: country_under_way ()
SELECT country FROM socle.installer_order WHERE kind = 'country' AND state IN ('waiting', 'running') ORDER BY id DESC LIMIT 1

-- name: own_sender ()
SELECT address FROM socle.sender

-- name: tenants_being_made (tenant)
SELECT id, JSON_VALUE(details, '$.title') AS title, state IN ('waiting', 'running') AS under_way, message FROM socle.every_order
WHERE tenant = :tenant AND kind = 'tenant' AND (state IN ('waiting', 'running') OR (state = 'failed' AND created > UTC_TIMESTAMP() - INTERVAL 1 HOUR)) ORDER BY id DESC LIMIT 5

-- name: offers_for (language, tenant)
SELECT o.module, COALESCE(s.version, o.version) AS version, COALESCE(s.trouble, '') AS trouble, s.state,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) AS title,
	EXISTS (SELECT e.id FROM socle.every_order e WHERE e.tenant = :tenant AND e.module = o.module AND e.state IN ('waiting', 'running')) AS under_way
FROM socle.offer o LEFT JOIN socle.every_subscription s ON s.tenant = :tenant AND s.module = o.module
WHERE o.module <> 'portal' ORDER BY s.state IS NULL, title

-- name: orders_for (language, tenant)
SELECT e.id, e.kind, COALESCE((SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = e.module), e.module) AS module, e.actor, e.created, e.state,
	e.state IN ('waiting', 'running') AS under_way, e.message FROM socle.every_order e WHERE e.tenant = :tenant AND e.kind NOT IN ('sign-out', 'refresh') ORDER BY e.id DESC LIMIT 20

-- name: operations (language, words, since, until, after, limit)
SELECT e.id, e.kind, COALESCE((SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = e.module), e.module) AS module, e.actor, e.created, e.state,
	e.state IN ('waiting', 'running') AS under_way, e.message FROM socle.installer_order e WHERE e.kind NOT IN ('sign-out', 'refresh')
	AND (:words IS NULL OR e.actor LIKE CONCAT('%', :words, '%') OR e.actor IN (SELECT CONCAT(CHAR(2 USING utf8mb4), r.title) FROM socle.role r LEFT JOIN socle.message w ON (w.module, w.language, w.english) = (r.module, :language, r.title) WHERE COALESCE(w.text, r.title) LIKE CONCAT('%', :words, '%'))) AND (:since IS NULL OR e.created >= :since) AND (:until IS NULL OR e.created < :until) AND e.id < COALESCE(:after, 9223372036854775807) ORDER BY e.id DESC LIMIT :limit

-- name: operations_back (language, words, since, until, before, limit)
SELECT e.id, e.kind, COALESCE((SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = e.module), e.module) AS module, e.actor, e.created, e.state,
	e.state IN ('waiting', 'running') AS under_way, e.message FROM socle.installer_order e WHERE e.kind NOT IN ('sign-out', 'refresh')
	AND (:words IS NULL OR e.actor LIKE CONCAT('%', :words, '%') OR e.actor IN (SELECT CONCAT(CHAR(2 USING utf8mb4), r.title) FROM socle.role r LEFT JOIN socle.message w ON (w.module, w.language, w.english) = (r.module, :language, r.title) WHERE COALESCE(w.text, r.title) LIKE CONCAT('%', :words, '%'))) AND (:since IS NULL OR e.created >= :since) AND (:until IS NULL OR e.created < :until) AND e.id > :before ORDER BY e.id LIMIT :limit

-- name: every_operation (language, tenant, words, since, until, after, limit)
SELECT e.id, e.kind, COALESCE((SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = e.module), e.module) AS module, e.actor, e.created, e.state,
	e.state IN ('waiting', 'running') AS under_way, e.message FROM socle.every_order e WHERE e.tenant = :tenant AND e.kind NOT IN ('sign-out', 'refresh')
	AND (:words IS NULL OR e.actor LIKE CONCAT('%', :words, '%') OR e.actor IN (SELECT CONCAT(CHAR(2 USING utf8mb4), r.title) FROM socle.role r LEFT JOIN socle.message w ON (w.module, w.language, w.english) = (r.module, :language, r.title) WHERE COALESCE(w.text, r.title) LIKE CONCAT('%', :words, '%'))) AND (:since IS NULL OR e.created >= :since) AND (:until IS NULL OR e.created < :until) AND e.id < COALESCE(:after, 9223372036854775807) ORDER BY e.id DESC LIMIT :limit

-- name: every_operation_back (language, tenant, words, since, until, before, limit)
SELECT e.id, e.kind, COALESCE((SELECT COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title) FROM socle.offer o WHERE o.module = e.module), e.module) AS module, e.actor, e.created, e.state,
	e.state IN ('waiting', 'running') AS under_way, e.message FROM socle.every_order e WHERE e.tenant = :tenant AND e.kind NOT IN ('sign-out', 'refresh')
	AND (:words IS NULL OR e.actor LIKE CONCAT('%', :words, '%') OR e.actor IN (SELECT CONCAT(CHAR(2 USING utf8mb4), r.title) FROM socle.role r LEFT JOIN socle.message w ON (w.module, w.language, w.english) = (r.module, :language, r.title) WHERE COALESCE(w.text, r.title) LIKE CONCAT('%', :words, '%'))) AND (:since IS NULL OR e.created >= :since) AND (:until IS NULL OR e.created < :until) AND e.id > :before ORDER BY e.id LIMIT :limit

-- name: dead_jobs_for (language, tenant)
SELECT d.id, d.died, d.error, COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (o.module, :language, o.title)), o.title, d.module) AS title
FROM socle.every_dead_job d LEFT JOIN socle.offer o ON o.module = d.module WHERE d.tenant = :tenant ORDER BY d.id DESC LIMIT 20

-- name: steps_for (tenant)
SELECT s.step, s.number FROM socle.every_step s JOIN socle.every_order o ON o.id = s.installer_order
WHERE o.tenant = :tenant AND o.state IN ('waiting', 'running') ORDER BY s.installer_order, s.number

-- name: members_by_mail (mail)
SELECT id FROM socle.member WHERE mail = LOWER(:mail)

-- name: member_with_mail (member, mail)
SELECT id FROM socle.member WHERE id = :member AND mail = LOWER(:mail)

-- name: member_named (member, name, mail)
UPDATE socle.member SET name = :name, mail = LOWER(:mail) WHERE id = :member

-- name: owners_but (member)
SELECT COUNT(*) AS others FROM (SELECT member FROM socle.member_role WHERE role = 'owner' AND member <> :member FOR UPDATE) o

-- name: member_add (name, mail, language)
INSERT INTO socle.member (name, mail, language) VALUES (:name, LOWER(:mail), :language)

-- name: member_role_add (member, role)
INSERT INTO socle.member_role (member, role) VALUES (:member, :role)

-- name: member_roles_clear (member)
DELETE FROM socle.member_role WHERE member = :member

-- name: sign_ins_clear (member)
DELETE FROM socle.sign_in WHERE member = :member

-- name: invitations_clear (member)
DELETE FROM socle.invitation WHERE member = :member

-- name: member_remove (member)
DELETE FROM socle.member WHERE id = :member

-- name: invitation_add (hash, member)
INSERT INTO socle.invitation (token_hash, member, expires) VALUES (:hash, :member, UTC_TIMESTAMP(6) + INTERVAL 7 DAY)

-- name: member_to_invite (member)
SELECT id, name, mail FROM socle.member WHERE id = :member AND person IS NULL

-- name: invitation_by_hash (hash)
SELECT i.member, m.name, m.mail, p.id AS person, p.totp IS NOT NULL AS second FROM socle.invitation i JOIN socle.member m ON m.id = i.member
LEFT JOIN account.person p ON p.mail = m.mail AND BINARY p.mail = BINARY m.mail WHERE i.token_hash = :hash AND i.expires > UTC_TIMESTAMP(6)

-- The person whom the invitation's address belongs to, who is a member only afterwards.
-- name: person_to_join (id)
SELECT id, password, CONVERT(totp USING ascii) AS totp, totp IS NOT NULL AS second FROM account.person WHERE id = :id

-- Texts of packages that have the words in the reader's language: actions of the log, and titles in entries of the portal. Neither those
-- with values, nor those that would be part of many others, nor those that end the quotation of a pattern.
-- name: texts_found (language, words)
SELECT w.english FROM socle.message w WHERE w.language = :language AND w.text LIKE CONCAT('%', :words, '%') AND w.english NOT LIKE '%{{%' AND CHAR_LENGTH(w.english) > 3 AND LOCATE(CHAR(92), w.english) = 0
ORDER BY CHAR_LENGTH(w.english) LIMIT 100

-- name: audit_trail (language, words, found, titles, since, until, after, limit)
SELECT id, at, name, about, details, module,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (a.module, :language, a.what)), a.what) AS what,
	IF(a.module = 'portal' AND a.what = 'Set the company''s country', a.about, NULL) AS country
FROM socle.audit a WHERE (:words IS NULL OR a.name LIKE CONCAT('%', :words, '%') OR a.name IN (SELECT CONCAT(CHAR(2 USING utf8mb4), r.title) FROM socle.role r LEFT JOIN socle.message w ON (w.module, w.language, w.english) = (r.module, :language, r.title) WHERE COALESCE(w.text, r.title) LIKE CONCAT('%', :words, '%')) OR a.about LIKE CONCAT('%', :words, '%')
	OR (:language = 'en' AND a.what LIKE CONCAT('%', :words, '%'))
	OR a.what IN (SELECT j.english FROM JSON_TABLE(:found, '$[*]' COLUMNS (english VARCHAR(700) COLLATE utf8mb4_unicode_520_ci PATH '$.english')) j)
	OR (a.details IS NOT NULL AND a.module = 'portal' AND a.about REGEXP :titles)) AND (:since IS NULL OR a.at >= :since) AND (:until IS NULL OR a.at < :until) AND id < COALESCE(:after, 9223372036854775807) ORDER BY id DESC LIMIT :limit

-- name: audit_trail_back (language, words, found, titles, since, until, before, limit)
SELECT id, at, name, about, details, module,
	COALESCE((SELECT w.text FROM socle.message w WHERE (w.module, w.language, w.english) = (a.module, :language, a.what)), a.what) AS what,
	IF(a.module = 'portal' AND a.what = 'Set the company''s country', a.about, NULL) AS country
FROM socle.audit a WHERE (:words IS NULL OR a.name LIKE CONCAT('%', :words, '%') OR a.name IN (SELECT CONCAT(CHAR(2 USING utf8mb4), r.title) FROM socle.role r LEFT JOIN socle.message w ON (w.module, w.language, w.english) = (r.module, :language, r.title) WHERE COALESCE(w.text, r.title) LIKE CONCAT('%', :words, '%')) OR a.about LIKE CONCAT('%', :words, '%')
	OR (:language = 'en' AND a.what LIKE CONCAT('%', :words, '%'))
	OR a.what IN (SELECT j.english FROM JSON_TABLE(:found, '$[*]' COLUMNS (english VARCHAR(700) COLLATE utf8mb4_unicode_520_ci PATH '$.english')) j)
	OR (a.details IS NOT NULL AND a.module = 'portal' AND a.about REGEXP :titles)) AND (:since IS NULL OR a.at >= :since) AND (:until IS NULL OR a.at < :until) AND id > :before ORDER BY id LIMIT :limit

-- name: person_totp (id, totp, step)
UPDATE account.person SET totp = :totp, totp_step = :step WHERE id = :id

-- name: totp_use (id, step)
UPDATE account.person SET totp_step = :step WHERE id = :id AND totp_step < :step

-- name: person_with_second (id)
SELECT p.id, p.password, CONVERT(p.totp USING ascii) AS totp, m.id AS member FROM account.person p JOIN socle.member m ON m.person = p.id
WHERE p.id = :id AND p.totp IS NOT NULL

-- name: recovery_add (person, hash)
INSERT INTO account.recovery (person, code_hash) VALUES (:person, :hash)

-- name: recovery_use (person, hash)
DELETE FROM account.recovery WHERE person = :person AND code_hash = :hash

-- name: recovery_clear (person)
DELETE FROM account.recovery WHERE person = :person
