-- SPDX-License-Identifier: EUPL-1.2
-- name: invoice_of (id)
SELECT id, customer FROM invoice WHERE id = :id

-- name: lines_of (id)
SELECT what, pieces, price_cents, rate FROM invoice_line WHERE invoice = :id ORDER BY place LIMIT 100

-- name: invoice_set (id, customer)
INSERT INTO invoice (id, customer) VALUES (:id, :customer) ON DUPLICATE KEY UPDATE customer = VALUES(customer)

-- name: lines_clear (id)
DELETE FROM invoice_line WHERE invoice = :id

-- name: lines_add (id, lines)
INSERT INTO invoice_line (invoice, place, what, pieces, price_cents, rate)
SELECT :id, j.place, j.what, j.pieces, j.cents, j.rate FROM JSON_TABLE(:lines, '$[*]' COLUMNS (place FOR ORDINALITY,
	what VARCHAR(80) COLLATE utf8mb4_unicode_520_ci PATH '$.what', pieces DECIMAL(9,3) PATH '$.pieces', cents BIGINT PATH '$.price.cents', rate VARCHAR(10) COLLATE utf8mb4_unicode_520_ci PATH '$.rate')) j
