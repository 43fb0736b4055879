-- Shares that the issuer itself holds are neither paid nor counted. A holder is a treasury account from a day on; an entry that is recorded later rules from its day on,
-- so that what was known at an instant can be told for ever.
create table treasury_entries (
  tenant_id uuid not null default current_tenant(),
  shareholder_id uuid not null,
  id bigint generated always as identity,
  treasury boolean not null,
  effective_date date not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, shareholder_id, id),
  foreign key (tenant_id, shareholder_id) references shareholders
);
call scope_by_tenant('treasury_entries', 'select, insert (tenant_id, shareholder_id, treasury, effective_date)');
call append_only('treasury_entries');
create trigger record_treasury_entry before insert on treasury_entries for each row execute function record_treasury_entry();
call record_changes('treasury_entries', 'shareholders', 'shareholder_id', array['treasury', 'effective_date']);
