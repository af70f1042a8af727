-- SPDX-License-Identifier: EUPL-1.2
-- name: notes ()
SELECT id, slug FROM note ORDER BY id LIMIT 500

-- name: note_add (slug)
INSERT INTO note (slug) VALUES (:slug)

-- name: note_of (id)
SELECT id, slug FROM note WHERE id = :id

-- name: combinations ()
SELECT a.id FROM note a JOIN note b

-- a question mark within a text is no argument; what stands here is prepared when the module is installed
-- name: asked ()
SELECT id FROM note WHERE slug = 'really?'
