-- A file is received when its object has been stored: loads count in this order, whatever their workers do.
alter table uploads add column received_at timestamptz;
create index uploads_received on uploads (tenant_id, completed_at) where received_at is not null;
