-- SPDX-License-Identifier: EUPL-1.2
-- Things, without a colour.
CREATE TABLE thing (title VARCHAR(80) NOT NULL);
