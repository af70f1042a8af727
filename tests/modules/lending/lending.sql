-- SPDX-License-Identifier: EUPL-1.2
-- name: tools ()
SELECT id, title, price_cents, currency FROM tool ORDER BY title

-- name: tool_by_id (id)
SELECT id, title FROM tool WHERE id = :id

-- name: loans ()
SELECT l.id, l.name AS lender, COUNT(*) pieces FROM loan l GROUP BY l.id, l.name

-- name: loan_add (tool, name, mail)
INSERT INTO loan (tool, name, mail) VALUES (:tool, :name, :mail)
