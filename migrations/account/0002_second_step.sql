-- SPDX-License-Identifier: EUPL-1.2
-- The second step of signing in: a secret that an app shares (RFC 6238), sealed; the last step that was used, for a code
-- counts once; and codes for the day on which the phone is lost, by their hash.

ALTER TABLE person ADD COLUMN totp VARBINARY(200) NULL;
ALTER TABLE person ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;

CREATE TABLE recovery (
	person BIGINT UNSIGNED NOT NULL,
	code_hash CHAR(64) NOT NULL,
	PRIMARY KEY (person, code_hash),
	FOREIGN KEY (person) REFERENCES person (id) ON DELETE CASCADE
);
