-- A webhook's subscriptions change, and it can be disabled and enabled again. What was lost on its way is looked for from the instant on at which
-- each event was asked for, in the order of the events; null is since the webhook was made.
alter table webhooks add column events_since timestamptz[];
