-- SPDX-License-Identifier: EUPL-1.2
-- The oldest entry of each module and tenant, however many of another are due before it.

CREATE INDEX shares ON outbox (is_event, role, run_at, id);
