-- SPDX-License-Identifier: EUPL-1.2
-- The host's table in every module's database: the posted forms, each once, with their answers.
CREATE TABLE scop_form_key (
	nonce BINARY(16) PRIMARY KEY,
	route VARCHAR(200) NOT NULL,
	answer LONGBLOB NULL,
	created DATETIME NOT NULL DEFAULT UTC_TIMESTAMP(),
	-- A page is forgotten before its key.
	answer_until DATETIME NULL,
	KEY by_age (created),
	KEY by_answer (answer_until)
);
