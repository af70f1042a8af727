-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE digit (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	n INT NOT NULL
);

INSERT INTO digit (n) VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
