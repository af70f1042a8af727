-- SPDX-License-Identifier: EUPL-1.2
-- An order is paid and shipped, or cancelled; each change is kept with its time.

-- probe: SELECT 1 FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'shop_order' AND column_name = 'state' AND column_type LIKE '%cancelled%'
ALTER TABLE shop_order MODIFY COLUMN state ENUM('placed', 'paid', 'shipped', 'cancelled') NOT NULL DEFAULT 'placed', ALGORITHM=INSTANT;

CREATE TABLE order_change (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	shop_order INT UNSIGNED NOT NULL,
	state VARCHAR(10) NOT NULL,
	by_name VARCHAR(100) NOT NULL,
	is_undo TINYINT(1) NOT NULL DEFAULT 0,
	at DATETIME(6) NOT NULL,
	FOREIGN KEY (shop_order) REFERENCES shop_order (id)
);

-- When the customer is told of the state; until then it can be undone. NULL: told, or nothing to tell.
ALTER TABLE shop_order ADD COLUMN mail_due DATETIME(6) NULL;
