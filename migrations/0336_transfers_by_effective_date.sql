-- The register of transfers is sorted by the day from which they count: a page reads its own rows, however many there are.
create index transfers_by_effective_date on transfers (tenant_id, effective_date, id);
