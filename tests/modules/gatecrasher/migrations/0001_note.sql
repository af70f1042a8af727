-- SPDX-License-Identifier: EUPL-1.2
-- A row that says whose database this is.
CREATE TABLE note (text VARCHAR(80) NOT NULL);
INSERT INTO note (text) VALUES (DATABASE());
