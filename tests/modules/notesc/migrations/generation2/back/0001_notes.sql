-- SPDX-License-Identifier: EUPL-1.2
-- Notes that were written since the switch, in the tables of before.
INSERT INTO note (id, text, length) SELECT n.id, LEFT(b.text, 200), CHAR_LENGTH(b.text) FROM new.note n JOIN new.body b ON b.note = n.id
WHERE n.id > (SELECT w.value FROM new.scop_watermark w WHERE w.name = 'note');
