-- SPDX-License-Identifier: EUPL-1.2
-- How often requests of a tenant crashed on a day, counted by each run of a supervisor by itself.
CREATE TABLE crash (
	started BIGINT NOT NULL, -- when the supervisor started, in seconds of the Epoch
	tenant INT UNSIGNED NOT NULL,
	day DATE NOT NULL,
	crashes INT UNSIGNED NOT NULL,
	PRIMARY KEY (tenant, day, started)
);
