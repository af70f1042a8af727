-- SPDX-License-Identifier: EUPL-1.2
-- name: cards ()
SELECT id, name, mail, notes FROM card ORDER BY id LIMIT 100

-- name: card_add (name, mail, notes, owes_cents, since)
INSERT INTO card (name, mail, notes, owes_cents, since) VALUES (:name, :mail, :notes, :owes_cents, :since)
