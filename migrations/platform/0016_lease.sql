-- SPDX-License-Identifier: EUPL-1.2
-- Who leads, one row for each kind of work that only one process may do: see core/process/lease.h. No module's account reads it.
CREATE TABLE lease (
	name VARCHAR(24) COLLATE utf8mb4_nopad_bin PRIMARY KEY,
	fence INT UNSIGNED NOT NULL DEFAULT 0, -- of the holder, or of the last one; only ever grows
	connection BIGINT UNSIGNED NOT NULL DEFAULT 0, -- of the holder, through which it does its work
	alive CHAR(32) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT '', -- a lock that this connection holds as long as it lives
	expires DATETIME(6) NOT NULL DEFAULT '2000-01-01'
);
