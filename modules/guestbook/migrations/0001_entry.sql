-- SPDX-License-Identifier: EUPL-1.2
-- Entries of the guestbook, as visitors left them.
CREATE TABLE entry (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(80) NOT NULL,
	message VARCHAR(1000) NOT NULL,
	created DATETIME NOT NULL
);
