-- SPDX-License-Identifier: EUPL-1.2
-- name: made_calls ()
SELECT c.id, c.said, p.name, d.owes_cents, d.since FROM made_call c
LEFT JOIN contract.rolodex__party_1 p ON p.id = c.party AND p.mail = c.mail
LEFT JOIN contract.rolodex__party_2 d ON d.id = c.party ORDER BY c.id LIMIT 100

-- name: parties ()
SELECT id, name FROM contract.rolodex__party_1 ORDER BY id LIMIT 100

-- name: call_add (said)
INSERT INTO made_call (party, said) VALUES (0, :said)

-- name: call_of (id, party)
UPDATE made_call SET party = :party WHERE id = :id
