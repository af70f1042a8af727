-- SPDX-License-Identifier: EUPL-1.2
-- When a GET has written.
CREATE TABLE note (written DATETIME NOT NULL);
