-- SPDX-License-Identifier: EUPL-1.2
-- Persons: one may be a member of several tenants. Only the portal's account reads this database.

CREATE TABLE person (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	-- In lower case: nobody has two accounts by a capital letter.
	mail VARCHAR(254) NOT NULL UNIQUE,
	name VARCHAR(100) NOT NULL,
	language CHAR(2) NOT NULL,
	-- argon2id, as libsodium writes it.
	password VARCHAR(128) COLLATE utf8mb4_nopad_bin NOT NULL,
	created DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	-- The last day on which the person was a member of some tenant; the account ends a while after that.
	member_seen DATE NOT NULL DEFAULT UTC_DATE(),
	KEY by_member_seen (member_seen)
);

-- Ways to set a new password, by the hash of their token; each works once.
CREATE TABLE reset (
	token_hash CHAR(64) PRIMARY KEY,
	person BIGINT UNSIGNED NOT NULL,
	expires DATETIME(6) NOT NULL,
	KEY by_expiry (expires),
	FOREIGN KEY (person) REFERENCES person (id) ON DELETE CASCADE
);

-- Sign-ins that failed of late, by hashes of who tried and for which address: a sender is asked to wait, an account never.
CREATE TABLE failure (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	sender CHAR(64) NOT NULL,
	mail CHAR(64) NOT NULL,
	at DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	KEY of_sender (sender, at),
	KEY by_age (at)
);
