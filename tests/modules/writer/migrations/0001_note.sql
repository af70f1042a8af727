-- When a GET has written.
CREATE TABLE note (written DATETIME NOT NULL);
