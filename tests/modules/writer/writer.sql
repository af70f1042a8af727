-- SPDX-License-Identifier: EUPL-1.2
-- name: note_add (written)
INSERT INTO note (written) VALUES (:written)
