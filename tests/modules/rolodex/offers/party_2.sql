-- SPDX-License-Identifier: EUPL-1.2
-- name: party_2 ()
SELECT id, name, owes_cents, since FROM card WHERE active = 1
