-- SPDX-License-Identifier: EUPL-1.2
-- The first tables of every tenant: members, the permissions of roles, sessions, and the portal's menu.

CREATE TABLE member (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(100) NOT NULL,
	mail VARCHAR(254) NOT NULL DEFAULT '',
	language CHAR(2) NOT NULL,
	created DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6)
);

CREATE TABLE role (
	name VARCHAR(24) PRIMARY KEY
);

CREATE TABLE role_permission (
	role VARCHAR(24) NOT NULL,
	permission VARCHAR(50) NOT NULL,
	PRIMARY KEY (role, permission),
	FOREIGN KEY (role) REFERENCES role (name)
);

CREATE TABLE member_role (
	member INT UNSIGNED NOT NULL,
	role VARCHAR(24) NOT NULL,
	PRIMARY KEY (member, role),
	FOREIGN KEY (member) REFERENCES member (id),
	FOREIGN KEY (role) REFERENCES role (name)
);

-- Sessions by the hash of their token, so that reading this table opens nothing.
CREATE TABLE session (
	token_hash CHAR(64) PRIMARY KEY,
	member INT UNSIGNED NOT NULL,
	created DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	expires DATETIME(6) NOT NULL,
	KEY by_expiry (expires),
	FOREIGN KEY (member) REFERENCES member (id)
);

-- One-time sign-in links, by the hash of their token.
CREATE TABLE sign_in (
	token_hash CHAR(64) PRIMARY KEY,
	member INT UNSIGNED NOT NULL,
	expires DATETIME(6) NOT NULL,
	FOREIGN KEY (member) REFERENCES member (id)
);

CREATE TABLE menu (
	module VARCHAR(24) NOT NULL,
	path VARCHAR(100) NOT NULL,
	permission VARCHAR(50) NOT NULL,
	place SMALLINT UNSIGNED NOT NULL,
	icon VARCHAR(30) NOT NULL DEFAULT '',
	title VARCHAR(100) NOT NULL,
	PRIMARY KEY (module, path)
);

INSERT INTO role (name) VALUES ('owner');
