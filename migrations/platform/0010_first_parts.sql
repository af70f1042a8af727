-- SPDX-License-Identifier: EUPL-1.2
-- The first parts of a package's public addresses, with commas between. At the root of a host name the first part of an address
-- may be a module's name too, so a module of such a name and one at the root exclude each other.
ALTER TABLE package ADD COLUMN first_parts VARCHAR(2000) NOT NULL DEFAULT '';
