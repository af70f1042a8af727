-- SPDX-License-Identifier: EUPL-1.2
-- name: notes ()
SELECT n.id, b.text FROM note n JOIN body b ON b.note = n.id ORDER BY n.id DESC LIMIT 500

-- name: note_add ()
INSERT INTO note () VALUES ()

-- name: body_add (note, text)
INSERT INTO body (note, text) VALUES (:note, :text)
