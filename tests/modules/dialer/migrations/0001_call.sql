-- SPDX-License-Identifier: EUPL-1.2
-- `party`: the number of a card in the module that has the cards.
CREATE TABLE made_call (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	party INT UNSIGNED NOT NULL,
	mail VARCHAR(254) NOT NULL DEFAULT '',
	said VARCHAR(200) NOT NULL
);
