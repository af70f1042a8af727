-- SPDX-License-Identifier: EUPL-1.2
-- name: party_1 ()
SELECT id, name, mail FROM card WHERE active = 1
