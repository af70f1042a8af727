-- name: note_add (written)
INSERT INTO note (written) VALUES (:written)
