-- SPDX-License-Identifier: EUPL-1.2
-- name: piece (number)
SELECT data FROM piece WHERE number = :number
