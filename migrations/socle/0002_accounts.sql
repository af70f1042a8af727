-- SPDX-License-Identifier: EUPL-1.2
-- A member is a person (in the database `account`) once an invitation was taken, or an account was set up.

ALTER TABLE member ADD COLUMN person BIGINT UNSIGNED NULL;
CREATE UNIQUE INDEX one_person ON member (person);

-- Invitations, by the hash of their token.
CREATE TABLE invitation (
	token_hash CHAR(64) PRIMARY KEY,
	member INT UNSIGNED NOT NULL,
	expires DATETIME(6) NOT NULL,
	FOREIGN KEY (member) REFERENCES member (id)
);
