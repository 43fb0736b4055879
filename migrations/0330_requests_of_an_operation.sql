-- Whoever asks what became of a rare operation doesn't read through a month of all others, whose rows lie among those of every tenant.
create index request_log_by_operation on request_log (tenant_id, operation, id);
