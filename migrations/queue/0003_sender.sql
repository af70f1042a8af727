-- SPDX-License-Identifier: EUPL-1.2
-- The address that a tenant's mails come from, where that is not the host's. Its domain has to let the mail server sign for it.

CREATE TABLE sender (
	tenant INT UNSIGNED PRIMARY KEY,
	address VARCHAR(254) NOT NULL
);
