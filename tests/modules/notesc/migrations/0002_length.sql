-- SPDX-License-Identifier: EUPL-1.2
-- Twelve statements, each of which can be the last before somebody pulls the plug.
ALTER TABLE note ADD COLUMN length INT UNSIGNED NULL;
ALTER TABLE note ADD COLUMN mood VARCHAR(20) NOT NULL DEFAULT '';
ALTER TABLE note ADD COLUMN written DATETIME NULL;
CREATE INDEX by_mood ON note (mood);
CREATE INDEX by_length ON note (length);
CREATE TABLE tag (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(40) NOT NULL
);
CREATE UNIQUE INDEX by_name ON tag (name);
INSERT INTO tag (name) VALUES ('short'), ('long');
CREATE TABLE note_tag (
	note INT UNSIGNED NOT NULL,
	tag INT UNSIGNED NOT NULL,
	PRIMARY KEY (note, tag)
);
-- repeat
UPDATE note SET length = CHAR_LENGTH(text) WHERE length IS NULL LIMIT 1000;
INSERT INTO note_tag (note, tag) SELECT n.id, t.id FROM note n JOIN tag t ON t.name = IF(n.length < 10, 'short', 'long');
ALTER TABLE tag ADD COLUMN colour CHAR(7) NOT NULL DEFAULT '#000000';
