-- SPDX-License-Identifier: EUPL-1.2
-- name: item_add (bytes)
INSERT INTO item (bytes) VALUES (:bytes)

-- name: item_of (bytes)
SELECT id FROM item WHERE bytes = :bytes LIMIT 1
