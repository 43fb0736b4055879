-- The register of transfers: each row is what two position entries of one date and instant, found by `transfer:<id>`, have moved. A reversal
-- is a transfer of its own, the other way.
create table transfers (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  from_shareholder_id uuid not null,
  to_shareholder_id uuid not null,
  security_class text collate "C" not null,
  quantity numeric(28, 8) not null check (quantity > 0),
  effective_date date not null,
  -- The transfer that this one takes back.
  reverses uuid,
  reason text check (length(reason) between 1 and 200),
  recorded_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint transfers_reversed_once unique (tenant_id, reverses),
  check (from_shareholder_id <> to_shareholder_id),
  check (reverses <> id),
  foreign key (tenant_id, from_shareholder_id) references shareholders,
  foreign key (tenant_id, to_shareholder_id) references shareholders,
  foreign key (tenant_id, security_class) references security_classes,
  foreign key (tenant_id, reverses) references transfers
);
create index transfers_by_age on transfers (tenant_id, recorded_at, id);
create index transfers_from on transfers (tenant_id, from_shareholder_id, recorded_at, id);
create index transfers_to on transfers (tenant_id, to_shareholder_id, recorded_at, id);

-- What was transferred before. The owner reads every tenant's rows for it, while nobody writes any.
alter table position_entries no force row level security;
insert into transfers (tenant_id, id, from_shareholder_id, to_shareholder_id, security_class, quantity, effective_date, recorded_at)
  select g.tenant_id, substr(g.source, 10)::uuid, g.shareholder_id, t.shareholder_id, g.security_class, t.delta, g.effective_date, g.recorded_at
  from position_entries g
  join position_entries t on t.tenant_id = g.tenant_id and t.source = g.source and t.delta > 0
  where g.source like 'transfer:%' and g.delta < 0;
alter table position_entries force row level security;

call scope_by_tenant('transfers', 'select, insert (id, from_shareholder_id, to_shareholder_id, security_class, quantity, effective_date, reverses, reason)');
revoke insert, update, delete on transfers from vestry_system;
call append_only('transfers');
call record_changes('transfers', 'transfers', 'id', array[
  'from_shareholder_id', 'to_shareholder_id', 'security_class', 'quantity', 'effective_date', 'reverses']);
