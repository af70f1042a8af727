-- SPDX-License-Identifier: EUPL-1.2
-- name: few (least)
SELECT COUNT(*) AS total FROM digit WHERE n >= :least

-- name: digits ()
SELECT n FROM digit ORDER BY n LIMIT 100

-- name: many (least)
SELECT a.n, COUNT(*) AS total FROM digit a JOIN digit b JOIN digit c JOIN digit d JOIN digit e JOIN digit f
WHERE a.n + b.n + c.n + d.n + e.n + f.n >= :least GROUP BY a.n

-- name: too_many (least)
SELECT COUNT(*) AS total FROM digit a JOIN digit b JOIN digit c JOIN digit d JOIN digit e JOIN digit f JOIN digit g JOIN digit h JOIN digit i
WHERE a.n + b.n + c.n + d.n + e.n + f.n + g.n + h.n + i.n >= :least

-- name: wide (least)
SELECT COUNT(*) AS total FROM (SELECT DISTINCT a.n, b.n AS b, c.n AS c, REPEAT('x', 1000000) AS wide
FROM digit a JOIN digit b JOIN digit c WHERE a.n >= :least) w

-- name: digit_add (number)
INSERT INTO digit (n) VALUES (:number)
