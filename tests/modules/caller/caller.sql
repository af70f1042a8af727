-- SPDX-License-Identifier: EUPL-1.2
-- name: answer_put (url, status, size, body, trouble, key)
REPLACE INTO answer (url, status, size, body, trouble, job_key) VALUES (:url, :status, :size, :body, :trouble, :key)
