-- SPDX-License-Identifier: EUPL-1.2
-- name: notes ()
SELECT id, text, length, mood FROM note ORDER BY id DESC LIMIT 500

-- name: note_add (text)
INSERT INTO note (text, length) VALUES (:text, CHAR_LENGTH(:text))
