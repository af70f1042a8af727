-- SPDX-License-Identifier: EUPL-1.2
-- The argument of an entry with its types, as JSON (core/base/detail.h), so that each reader sees amounts, dates and texts in their
-- language. `about` has the same as text for programs: it is searched, and shown where there are no valid details. Modules can write
-- anything here, so the host checks it when it is read.
ALTER TABLE audit ADD COLUMN details VARCHAR(4000) NULL, ALGORITHM=INSTANT;
