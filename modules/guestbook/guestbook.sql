-- SPDX-License-Identifier: EUPL-1.2
-- The latest first: those that follow `after` in the list, or, backwards, those that precede `before`.
-- name: entries (after, limit)
SELECT id, name, message, created FROM entry WHERE id < COALESCE(:after, 4294967296) ORDER BY id DESC LIMIT :limit

-- name: entries_back (before, limit)
SELECT id, name, message, created FROM entry WHERE id > :before ORDER BY id LIMIT :limit

-- name: entry_add (name, message, created)
INSERT INTO entry (name, message, created) VALUES (:name, :message, :created)
