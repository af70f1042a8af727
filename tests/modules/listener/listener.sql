-- name: heard_add (text)
INSERT INTO heard (text) VALUES (:text)
