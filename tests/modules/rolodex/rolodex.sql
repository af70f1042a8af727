-- SPDX-License-Identifier: EUPL-1.2
-- name: cards ()
SELECT id, name, mail, notes FROM card ORDER BY id LIMIT 100
