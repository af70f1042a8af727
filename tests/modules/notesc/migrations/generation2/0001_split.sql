-- SPDX-License-Identifier: EUPL-1.2
-- A note's number and its text are apart from now on. Twelve statements again.
CREATE TABLE note (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	written DATETIME NOT NULL DEFAULT UTC_TIMESTAMP()
);
CREATE TABLE body (
	note BIGINT UNSIGNED PRIMARY KEY,
	text TEXT NOT NULL
);
CREATE TABLE tag (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(40) NOT NULL
);
CREATE TABLE note_tag (
	note BIGINT UNSIGNED NOT NULL,
	tag INT UNSIGNED NOT NULL,
	PRIMARY KEY (note, tag)
);
CREATE UNIQUE INDEX by_name ON tag (name);
INSERT INTO note (id, written) SELECT id, COALESCE(written, '2000-01-01') FROM old.note;
INSERT INTO body (note, text) SELECT id, text FROM old.note;
INSERT INTO tag (id, name) SELECT id, name FROM old.tag;
INSERT INTO note_tag (note, tag) SELECT note, tag FROM old.note_tag;
CREATE INDEX by_written ON note (written);
ALTER TABLE tag ADD COLUMN colour CHAR(7) NOT NULL DEFAULT '#000000';
ALTER TABLE body ADD COLUMN language CHAR(2) NOT NULL DEFAULT '';
