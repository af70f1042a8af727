-- name: foreign_entries
SELECT name, message FROM t1_guestbook.entry
