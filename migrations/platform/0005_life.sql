-- SPDX-License-Identifier: EUPL-1.2
-- A module's life for a tenant: what it can go back to, what an order may say, upgrades in waves, and what is paid for.

-- frozen: what writes waits, for the tables are made anew; gone: uninstalled, its data kept.
-- probe: SELECT 1 AS found FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'subscription' AND column_name = 'state' AND column_type LIKE '%gone%'
ALTER TABLE subscription MODIFY COLUMN state ENUM('off', 'on', 'frozen', 'gone') NOT NULL;
ALTER TABLE subscription ADD COLUMN previous INT UNSIGNED NULL;
ALTER TABLE subscription ADD COLUMN previous_database VARCHAR(64) NULL;
ALTER TABLE subscription ADD COLUMN switched DATETIME(6) NULL;

-- probe: SELECT 1 AS found FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'installer_order' AND column_name = 'state' AND column_type LIKE '%cancelled%'
ALTER TABLE installer_order MODIFY COLUMN state ENUM('waiting', 'running', 'done', 'failed', 'cancelled') NOT NULL DEFAULT 'waiting';
ALTER TABLE installer_order ADD COLUMN version VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE installer_order ADD COLUMN beta TINYINT(1) NOT NULL DEFAULT 0;
ALTER TABLE installer_order ADD COLUMN granted TINYINT(1) NOT NULL DEFAULT 0;
ALTER TABLE installer_order ADD COLUMN confirmed VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE installer_order ADD COLUMN canary INT UNSIGNED NULL;
ALTER TABLE installer_order ADD COLUMN began DATETIME(6) NULL;

-- Cancellations of orders; `role` is MariaDB's own stamp, as on orders.
CREATE TABLE order_cancel (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	installer_order INT UNSIGNED NOT NULL,
	role VARCHAR(80) DEFAULT (current_role()),
	at DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	KEY of_order (installer_order)
);

-- One upgrade of a module for many tenants: first a canary, then waves.
CREATE TABLE rollout (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL,
	version VARCHAR(40) NOT NULL,
	granted TINYINT(1) NOT NULL DEFAULT 0,
	state ENUM('running', 'paused', 'stopped', 'done') NOT NULL DEFAULT 'running',
	wave SMALLINT UNSIGNED NOT NULL DEFAULT 0,
	actor VARCHAR(100) NOT NULL,
	created DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	ended DATETIME(6) NULL
);

CREATE TABLE rollout_tenant (
	rollout INT UNSIGNED NOT NULL,
	tenant INT UNSIGNED NOT NULL,
	wave SMALLINT UNSIGNED NOT NULL,
	state ENUM('waiting', 'running', 'done', 'failed') NOT NULL DEFAULT 'waiting',
	message VARCHAR(1500) NOT NULL DEFAULT '',
	from_version VARCHAR(23) NOT NULL DEFAULT '',
	milliseconds INT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (rollout, tenant),
	KEY in_order (rollout, state, wave)
);

-- The amount that a tenant may order by itself in a month, in cents; NULL: free modules only.
ALTER TABLE tenant ADD COLUMN allowance_cents BIGINT NULL;

-- When a tenant used a module, in days of its own zone, both counted; at the tariff of the day it began.
CREATE TABLE subscription_period (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	tenant INT UNSIGNED NOT NULL,
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL,
	cents BIGINT NOT NULL,
	currency CHAR(3) NOT NULL,
	begins DATE NOT NULL,
	ends DATE NULL,
	open_one VARCHAR(40) AS (IF(ends IS NULL, CONCAT(tenant, '/', module), NULL)) PERSISTENT UNIQUE,
	KEY of_tenant (tenant, begins)
);

-- A month that was closed, for one tenant; its lines are never changed.
CREATE TABLE statement (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	tenant INT UNSIGNED NOT NULL,
	month CHAR(7) NOT NULL,
	closed DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
	UNIQUE KEY once (tenant, month)
);

CREATE TABLE statement_line (
	id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
	statement INT UNSIGNED NOT NULL,
	module VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL,
	begins DATE NOT NULL,
	ends DATE NOT NULL,
	days TINYINT UNSIGNED NOT NULL,
	of_days TINYINT UNSIGNED NOT NULL,
	month_cents BIGINT NOT NULL,
	cents BIGINT NOT NULL,
	currency CHAR(3) NOT NULL,
	FOREIGN KEY (statement) REFERENCES statement (id)
);

-- probe: SELECT 1 AS found FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND trigger_name = 'statement_stays'
CREATE TRIGGER statement_stays BEFORE UPDATE ON statement FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a closed month is not changed';
-- probe: SELECT 1 AS found FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND trigger_name = 'statement_line_stays'
CREATE TRIGGER statement_line_stays BEFORE UPDATE ON statement_line FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a closed month is not changed';

-- Each month of each period of use, with what it costs: days used of the month's days, rounded half up. One that goes on is counted
-- to the end of the month.
-- probe: SELECT 1 AS found FROM information_schema.views WHERE table_schema = DATABASE() AND table_name = 'use_line'
CREATE VIEW use_line AS
SELECT l.tenant, l.month, l.id, l.module, l.begins, l.ends, DATEDIFF(l.ends, l.begins) + 1 AS days, l.of_days, l.month_cents,
	(l.month_cents * (DATEDIFF(l.ends, l.begins) + 1) * 2 + l.of_days) DIV (l.of_days * 2) AS cents, l.currency
FROM (SELECT p.id, p.tenant, p.module, p.cents AS month_cents, p.currency,
	DATE_FORMAT(p.begins + INTERVAL s.seq MONTH, '%Y-%m') AS month,
	GREATEST(p.begins, CAST(DATE_FORMAT(p.begins + INTERVAL s.seq MONTH, '%Y-%m-01') AS DATE)) AS begins,
	LEAST(COALESCE(p.ends, LAST_DAY(p.begins + INTERVAL s.seq MONTH)), LAST_DAY(p.begins + INTERVAL s.seq MONTH)) AS ends,
	DAY(LAST_DAY(p.begins + INTERVAL s.seq MONTH)) AS of_days
	FROM subscription_period p JOIN seq_0_to_599 s ON s.seq <= PERIOD_DIFF(DATE_FORMAT(COALESCE(p.ends, UTC_DATE() + INTERVAL 1 DAY), '%Y%m'), DATE_FORMAT(p.begins, '%Y%m'))) l;
