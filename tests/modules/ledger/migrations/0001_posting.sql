-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE posting (
	id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	period VARCHAR(20) NOT NULL,
	number BIGINT UNSIGNED NOT NULL,
	text VARCHAR(200) NOT NULL,
	note VARCHAR(200) NOT NULL DEFAULT '',
	seen TINYINT(1) NOT NULL DEFAULT 0,
	UNIQUE KEY by_number (period, number)
);

CREATE TABLE closing (
	period VARCHAR(20) PRIMARY KEY,
	last BIGINT UNSIGNED NOT NULL
);

-- Two requests that change them in different orders lock each other out.
CREATE TABLE account (
	id INT UNSIGNED PRIMARY KEY,
	total BIGINT NOT NULL DEFAULT 0
);
