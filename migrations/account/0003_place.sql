-- SPDX-License-Identifier: EUPL-1.2
-- From where a person has come in before, by the hash of the network: while many guess at an account, its owner comes in from there as
-- always.

CREATE TABLE place (
	person BIGINT UNSIGNED NOT NULL,
	sender CHAR(64) NOT NULL,
	at DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	PRIMARY KEY (person, sender),
	KEY by_age (at),
	FOREIGN KEY (person) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX of_mail ON failure (mail, at);
