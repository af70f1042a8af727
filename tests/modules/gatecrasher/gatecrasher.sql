-- SPDX-License-Identifier: EUPL-1.2

-- name: own_note ()
SELECT text FROM note LIMIT 1
