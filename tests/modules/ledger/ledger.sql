-- SPDX-License-Identifier: EUPL-1.2
-- name: postings ()
SELECT period, number, text, note FROM posting ORDER BY id DESC LIMIT 100

-- name: account_add (id)
INSERT INTO account (id, total) VALUES (:id, 1) ON DUPLICATE KEY UPDATE total = total + 1

-- name: posting_add (period, number, text)
INSERT INTO posting (period, number, text) VALUES (:period, :number, :text)

-- name: posting_note (number, note)
UPDATE posting p SET p.note = :note, seen = (SELECT COUNT(*) > 0 FROM account) WHERE p.number = :number

-- name: closing_add (period, last)
INSERT INTO closing (period, last) VALUES (:period, :last)
