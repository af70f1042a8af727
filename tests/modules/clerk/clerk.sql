-- SPDX-License-Identifier: EUPL-1.2
-- name: notes ()
SELECT job, text, written FROM note ORDER BY id

-- name: note_add (job, text, written)
INSERT INTO note (job, text, written) VALUES (:job, :text, :written)
