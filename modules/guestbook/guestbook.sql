-- SPDX-License-Identifier: EUPL-1.2
-- name: entries (limit, first)
SELECT name, message, created FROM entry ORDER BY id DESC LIMIT :limit OFFSET :first

-- name: entry_add (name, message, created)
INSERT INTO entry (name, message, created) VALUES (:name, :message, :created)
