-- A tenant that is being made, or taken away: what a killed run has left of it is taken away by the next one.

ALTER TABLE tenant ADD COLUMN state ENUM('whole', 'making', 'leaving') NOT NULL DEFAULT 'whole';
