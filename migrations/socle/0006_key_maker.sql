-- SPDX-License-Identifier: EUPL-1.2
-- A key works as long as the member who made it, or, where it was made for the company, until it expires. Earlier keys have the maker that
-- the audit trail names: the entry was written in the same transaction. A key without one belongs to nobody, and does not work.

ALTER TABLE api_key ADD COLUMN member INT UNSIGNED NULL;
ALTER TABLE api_key ADD COLUMN of_company BOOLEAN NOT NULL DEFAULT 0;

UPDATE api_key k SET k.member = (SELECT a.member FROM audit a WHERE a.module = 'portal' AND a.what = 'Created an API key' AND a.about = k.name
	AND a.at BETWEEN k.created - INTERVAL 10 SECOND AND k.created + INTERVAL 10 SECOND ORDER BY a.id DESC LIMIT 1);
