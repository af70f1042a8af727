-- SPDX-License-Identifier: EUPL-1.2
-- name: foreign_entries
SELECT name, message FROM t1_guestbook.entry
