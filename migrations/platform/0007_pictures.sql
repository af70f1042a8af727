-- SPDX-License-Identifier: EUPL-1.2
-- Pictures of modules: names of files in var/pictures, each with a title that describes the picture.

ALTER TABLE catalogue_module ADD COLUMN icon VARCHAR(70) NOT NULL DEFAULT '';
ALTER TABLE catalogue_module ADD COLUMN pictures TEXT NOT NULL DEFAULT '[]';
ALTER TABLE package ADD COLUMN icon VARCHAR(70) NOT NULL DEFAULT '';
ALTER TABLE package ADD COLUMN pictures TEXT NOT NULL DEFAULT '[]';
