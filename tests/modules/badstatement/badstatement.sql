-- SPDX-License-Identifier: EUPL-1.2
-- name: things
SELECT title, colour FROM thing
