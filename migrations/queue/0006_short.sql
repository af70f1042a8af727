-- SPDX-License-Identifier: EUPL-1.2
-- No role stores an entry with more than 64 KiB of body (SCOP_QUEUE_BODY_MAX): the library says so before, but that runs in the module's
-- own process. A trigger, because MariaDB adds a constraint to a table with rows by a copy alone.

-- probe: SELECT 1 AS found FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND trigger_name = 'entry_is_short'
CREATE TRIGGER entry_is_short BEFORE INSERT ON outbox FOR EACH ROW BEGIN
	IF LENGTH(`NEW`.body) > 65536 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the body of a job or event may have 65,536 bytes';
	END IF;
END;
