-- SPDX-License-Identifier: EUPL-1.2
-- name: heard_add (text)
INSERT INTO heard (text) VALUES (:text)
