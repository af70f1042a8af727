-- A row that says whose database this is.
CREATE TABLE note (text VARCHAR(80) NOT NULL);
INSERT INTO note (text) VALUES (DATABASE());
