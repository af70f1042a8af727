-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE answer (
	url VARCHAR(300) PRIMARY KEY,
	status INT NULL,
	size BIGINT NOT NULL,
	body VARCHAR(200) NOT NULL,
	trouble VARCHAR(300) NOT NULL,
	job_key CHAR(64) NOT NULL
);
