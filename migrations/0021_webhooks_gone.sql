-- A webhook that answered 410 Gone gets nothing more, and is shown until it is deleted.
alter table webhooks drop constraint webhooks_status_check;
alter table webhooks add constraint webhooks_status_check check (status in ('ACTIVE', 'DISABLED', 'DELETED'));
