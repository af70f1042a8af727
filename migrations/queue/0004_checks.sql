-- SPDX-License-Identifier: EUPL-1.2
-- A module's role may insert any row, so MariaDB refuses what no mail may have; the mailer checks it once more (core/mail/check.c has
-- the same rules). Mails that are over keep what they had.

UPDATE mail SET recipient_name = REGEXP_REPLACE(recipient_name, '[[:cntrl:]]', ' '), sender_name = REGEXP_REPLACE(sender_name, '[[:cntrl:]]', ' ')
	WHERE state = 'waiting' AND (recipient_name REGEXP '[[:cntrl:]]' OR sender_name REGEXP '[[:cntrl:]]');
UPDATE mail m LEFT JOIN (SELECT mail, role, COUNT(*) AS count, SUM(LENGTH(bytes)) AS together, MAX(LENGTH(bytes)) AS largest,
	MAX(name = '' OR name REGEXP '[[:cntrl:]]' OR type REGEXP '[[:cntrl:]]' OR type NOT REGEXP '^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+(; *[a-z0-9!#$&^_.+-]+=[a-z0-9!#$&^_.+-]+)*$') AS bad
	FROM attachment GROUP BY mail, role) a ON a.mail = m.id AND a.role = m.role
	SET m.state = 'refused', m.ended = UTC_TIMESTAMP(3), m.answer = 'the mail breaks a rule of mails', m.html = IF(m.secret, '', m.html)
	WHERE m.state = 'waiting' AND (m.recipient NOT REGEXP '^[!#-''*+./0-9=?A-Z^-~-]+@[a-z0-9.-]+$' OR m.recipient REGEXP '[[:cntrl:]]'
		OR (m.reply_to <> '' AND m.reply_to NOT REGEXP '^[!#-''*+./0-9=?A-Z^-~-]+@[a-z0-9.-]+$') OR m.reply_to REGEXP '[[:cntrl:]]'
		OR m.subject = '' OR m.subject REGEXP '[[:cntrl:]]' OR LENGTH(m.html) > 1048576 OR a.bad OR a.count > 20 OR a.largest > 10485760
		OR a.together > 26214400);
DELETE a FROM attachment a LEFT JOIN mail m ON m.id = a.mail AND m.role = a.role AND m.state = 'waiting' WHERE m.id IS NULL;

-- probe: SELECT 1 FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME = 'mail' AND CONSTRAINT_NAME = 'recipient'
ALTER TABLE mail
	ADD CONSTRAINT recipient CHECK (state <> 'waiting' OR (recipient REGEXP '^[!#-''*+./0-9=?A-Z^-~-]+@[a-z0-9.-]+$' AND recipient NOT REGEXP '[[:cntrl:]]')),
	ADD CONSTRAINT reply_to CHECK (state <> 'waiting' OR reply_to = '' OR (reply_to REGEXP '^[!#-''*+./0-9=?A-Z^-~-]+@[a-z0-9.-]+$' AND reply_to NOT REGEXP '[[:cntrl:]]')),
	ADD CONSTRAINT names CHECK (state <> 'waiting' OR (recipient_name NOT REGEXP '[[:cntrl:]]' AND sender_name NOT REGEXP '[[:cntrl:]]')),
	ADD CONSTRAINT subject CHECK (state <> 'waiting' OR (subject <> '' AND subject NOT REGEXP '[[:cntrl:]]')),
	ADD CONSTRAINT size CHECK (state <> 'waiting' OR LENGTH(html) <= 1048576);

CREATE INDEX shares ON mail (state, secret, role, run_at, id);

-- probe: SELECT 1 FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME = 'attachment' AND CONSTRAINT_NAME = 'type'
ALTER TABLE attachment
	ADD CONSTRAINT name CHECK (name <> '' AND name NOT REGEXP '[[:cntrl:]]'),
	ADD CONSTRAINT type CHECK (type NOT REGEXP '[[:cntrl:]]' AND type REGEXP '^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+(; *[a-z0-9!#$&^_.+-]+=[a-z0-9!#$&^_.+-]+)*$'),
	ADD CONSTRAINT size CHECK (LENGTH(bytes) <= 10485760);
