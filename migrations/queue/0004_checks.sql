-- SPDX-License-Identifier: EUPL-1.2
-- The mailer refuses mails that break a rule (core/mail/check.c); those that wait are refused here. Constraints would say the same to
-- the module, but MariaDB adds them to a table with rows by a copy alone, which an upgrade beside a serving host cannot wait for.

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

CREATE INDEX shares ON mail (state, secret, role, run_at, id);
