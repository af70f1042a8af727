-- What the portal reads of its tenant, and what it writes: sessions, and orders to the installer.

-- name: sign_in_by_hash (hash)
SELECT s.member, m.name FROM socle.sign_in s JOIN socle.member m ON m.id = s.member
WHERE s.token_hash = :hash AND s.expires > UTC_TIMESTAMP(6)

-- name: sign_in_use (hash)
DELETE FROM socle.sign_in WHERE token_hash = :hash AND expires > UTC_TIMESTAMP(6)

-- name: session_add (hash, member)
INSERT INTO socle.session (token_hash, member, expires) VALUES (:hash, :member, UTC_TIMESTAMP(6) + INTERVAL 12 HOUR)

-- name: sessions_end (member)
DELETE FROM socle.session WHERE member = :member

-- name: sessions_sweep ()
DELETE FROM socle.session WHERE expires < UTC_TIMESTAMP(6)

-- name: offers (language)
SELECT o.module, COALESCE(o.own_version, o.version) AS version, o.trouble,
	CASE :language WHEN 'fr' THEN o.title_fr WHEN 'nl' THEN o.title_nl WHEN 'de' THEN o.title_de ELSE o.title_en END AS title,
	CASE :language WHEN 'fr' THEN o.summary_fr WHEN 'nl' THEN o.summary_nl WHEN 'de' THEN o.summary_de ELSE o.summary_en END AS summary,
	o.state = 'on' AS is_on, o.state = 'off' AS is_off, o.state IS NULL AS is_new,
	(SELECT i.state FROM socle.installer_order i WHERE i.module = o.module ORDER BY i.id DESC LIMIT 1) IN ('waiting', 'running') AS under_way,
	(SELECT i.id FROM socle.installer_order i WHERE i.module = o.module ORDER BY i.id DESC LIMIT 1) AS order_id,
	(SELECT IF(i.state = 'failed', LEFT(i.message, 400), '') FROM socle.installer_order i WHERE i.module = o.module ORDER BY i.id DESC LIMIT 1) AS failure
FROM socle.offer o WHERE o.module <> 'portal' ORDER BY is_new, title

-- name: offer (module)
SELECT module FROM socle.offer WHERE module = :module AND module <> 'portal'

-- name: steps_under_way ()
SELECT s.installer_order, s.number, s.step FROM socle.order_step s
JOIN socle.installer_order i ON i.id = s.installer_order
WHERE i.state IN ('waiting', 'running') ORDER BY s.installer_order, s.number

-- name: order_add (tenant, kind, module, actor)
INSERT INTO scopiton.installer_order (tenant, kind, module, actor) VALUES (:tenant, :kind, :module, :actor)

-- name: jobs (language, limit, first)
SELECT j.id, j.running, j.run_at, j.tries, j.done, j.total, j.error, o.title AS module_title,
	COALESCE(CASE :language WHEN 'fr' THEN t.title_fr WHEN 'nl' THEN t.title_nl WHEN 'de' THEN t.title_de ELSE t.title_en END, j.name) AS title
FROM socle.job j LEFT JOIN socle.job_title t ON t.module = j.module AND t.name = j.name
LEFT JOIN (SELECT module, CASE :language WHEN 'fr' THEN title_fr WHEN 'nl' THEN title_nl WHEN 'de' THEN title_de ELSE title_en END AS title
	FROM socle.offer) o ON o.module = j.module
ORDER BY j.running DESC, j.run_at, j.id LIMIT :limit OFFSET :first

-- name: dead_jobs (language, limit, first)
SELECT d.id, d.is_event, d.died, d.tries, d.error, o.title AS module_title,
	COALESCE(CASE :language WHEN 'fr' THEN t.title_fr WHEN 'nl' THEN t.title_nl WHEN 'de' THEN t.title_de ELSE t.title_en END, d.name) AS title
FROM socle.dead_job d LEFT JOIN socle.job_title t ON t.module = d.module AND t.name = d.name
LEFT JOIN (SELECT module, CASE :language WHEN 'fr' THEN title_fr WHEN 'nl' THEN title_nl WHEN 'de' THEN title_de ELSE title_en END AS title
	FROM socle.offer) o ON o.module = d.module
ORDER BY d.id DESC LIMIT :limit OFFSET :first

-- name: job_by_id (id)
SELECT id FROM socle.job WHERE id = :id

-- name: dead_job_by_id (id)
SELECT id FROM socle.dead_job WHERE id = :id

-- name: mails (limit, first)
SELECT id, recipient, recipient_name, subject, secret, created, state = 'waiting' AS waiting, state = 'sent' AS sent,
	state = 'refused' AS refused, answer, ended FROM socle.mail ORDER BY id DESC LIMIT :limit OFFSET :first

-- name: mail_by_id (id)
SELECT html FROM socle.mail WHERE id = :id AND html <> ''
