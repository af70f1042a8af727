-- SPDX-License-Identifier: EUPL-1.2
-- A member has no name until the person gives one. In 0.1.0 a sign-in link named its member after the role, in the company's language,
-- and the command line named an invited owner after the e-mail address. The words are those of 0.1.0, whose only roles were the owner,
-- the shop's merchant and those that a company had added.

-- The role has a title like those of modules, with the portal's translations.
UPDATE role SET title = 'Owner', module = 'portal' WHERE name = 'owner';

UPDATE member SET name = '' WHERE name IN ('owner', 'propriétaire', 'eigenaar', 'Inhaber', 'merchant', 'commerçant', 'winkelmedewerker', 'Shop-Mitarbeiter')
	OR name IN (SELECT r.title FROM role r) OR name = mail;

-- Entries of those members, as the host writes them now: the title in English behind a mark (core/web/actor.c), shown in the reader's
-- language. The default collation ignores the mark, so names are compared byte by byte.
-- repeat
UPDATE audit SET name = CONCAT(CHAR(2 USING utf8mb4), 'Owner')
	WHERE name COLLATE utf8mb4_nopad_bin IN ('owner', 'propriétaire', 'eigenaar', 'Inhaber') LIMIT 10000;
-- repeat
UPDATE audit SET name = CONCAT(CHAR(2 USING utf8mb4), 'Merchant')
	WHERE name COLLATE utf8mb4_nopad_bin IN ('merchant', 'commerçant', 'winkelmedewerker', 'Shop-Mitarbeiter') LIMIT 10000;
UPDATE api_key SET by_name = CONCAT(CHAR(2 USING utf8mb4), 'Owner') WHERE by_name COLLATE utf8mb4_nopad_bin IN ('owner', 'propriétaire', 'eigenaar', 'Inhaber');
