-- SPDX-License-Identifier: EUPL-1.2
-- Commands: entries that one module sends to another by name ("contacts:add_party_1"). `sender` is the module that a job comes from, as the
-- dispatcher has it from the entry's role; no module's role may write it.

-- probe: SELECT 1 AS found FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'outbox' AND column_name = 'name' AND character_maximum_length = 63
ALTER TABLE outbox MODIFY COLUMN name VARCHAR(63) COLLATE utf8mb4_nopad_bin NOT NULL;
ALTER TABLE outbox ADD COLUMN sender VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT '';
-- probe: SELECT 1 AS found FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'dead' AND column_name = 'name' AND character_maximum_length = 63
ALTER TABLE dead MODIFY COLUMN name VARCHAR(63) COLLATE utf8mb4_nopad_bin NOT NULL;
ALTER TABLE dead ADD COLUMN sender VARCHAR(24) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT '';
