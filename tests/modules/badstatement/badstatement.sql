-- name: things
SELECT title, colour FROM thing
