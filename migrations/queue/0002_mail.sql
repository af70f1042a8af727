-- SPDX-License-Identifier: EUPL-1.2
-- Mails that modules have asked for, until they are sent, and what became of them for a month. A module's role may insert and
-- nothing more; `role` is MariaDB's own stamp.

CREATE TABLE mail (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	role VARCHAR(80) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT (current_role()),
	recipient VARCHAR(254) NOT NULL,
	recipient_name VARCHAR(100) NOT NULL DEFAULT '',
	sender_name VARCHAR(100) NOT NULL,
	reply_to VARCHAR(254) NOT NULL DEFAULT '',
	subject VARCHAR(200) NOT NULL,
	html MEDIUMTEXT NOT NULL,
	-- Holds something that opens a door, such as a sign-in link: shown to nobody, and taken out once it is sent.
	secret TINYINT(1) NOT NULL DEFAULT 0,
	created DATETIME(3) NOT NULL DEFAULT UTC_TIMESTAMP(3),
	run_at DATETIME(3) NOT NULL DEFAULT UTC_TIMESTAMP(3),
	tries SMALLINT UNSIGNED NOT NULL DEFAULT 0,
	state ENUM('waiting', 'sent', 'refused') NOT NULL DEFAULT 'waiting',
	-- The mail server's last answer.
	answer VARCHAR(300) NOT NULL DEFAULT '',
	ended DATETIME(3) NULL,
	KEY due (state, run_at, id),
	KEY of_role (role, id)
);

CREATE TABLE attachment (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	role VARCHAR(80) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT (current_role()),
	mail BIGINT UNSIGNED NOT NULL,
	name VARCHAR(100) NOT NULL,
	type VARCHAR(80) NOT NULL,
	bytes MEDIUMBLOB NOT NULL,
	KEY of_mail (mail)
);
