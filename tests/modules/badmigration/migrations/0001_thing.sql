-- SPDX-License-Identifier: EUPL-1.2
-- Things; then a column for a table that is not there.
CREATE TABLE thing (title VARCHAR(80) NOT NULL);
ALTER TABLE thimg ADD COLUMN colour VARCHAR(20) NULL;
