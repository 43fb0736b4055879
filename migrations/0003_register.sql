-- The share register of an issuer: holders of record and the ledger of their positions.

-- What all position entries of one change have in common, and why they were made. Whoever writes holdings inserts a row here first and
-- writes its id with them, in the same transaction; nothing is recorded of a change of holdings that doesn't say why.
create table position_changes (
  tenant_id uuid not null default current_tenant() references tenants,
  id bigint generated always as identity,
  security_class text not null default 'COMMON',
  effective_date date not null default current_date,
  reason text not null,
  source text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
-- Nobody chooses created_at: it tells the triggers of shareholders that a change is one of their own transaction.
call scope_by_tenant('position_changes', 'select, insert (tenant_id, security_class, effective_date, reason, source)');
revoke insert, update, delete on position_changes from vestry_system;
call append_only('position_changes');

create table shareholders (
  -- The tenant exists: record_new_positions sees to it, once a statement. A foreign key would ask for every holder again,
  -- which costs a load a quarter of its time; and tenants are never deleted.
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  -- Compared by bytes: an ICU collation costs a quarter of the load rate, and references are identifiers, not words.
  external_ref text collate "C" not null,
  name text not null,
  email text,
  phone text,
  address text,
  -- The sum of the holder's position entries over all classes: a change is recorded by the triggers below, or refused.
  holdings numeric(28, 8) not null default 0 check (holdings >= 0),
  -- The change by which holdings were last written. The triggers look it up, once a statement, in place of a foreign key.
  position_change_id bigint,
  kyc_status text not null default 'UNVERIFIED' check (kyc_status in ('UNVERIFIED', 'PENDING', 'VERIFIED', 'REJECTED')),
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'CLOSED')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Retention erased the personal data at this instant; it does so once.
  purged_at timestamptz,
  primary key (tenant_id, id),
  constraint shareholders_external_ref_key unique (tenant_id, external_ref),
  constraint shareholders_closed_hold_nothing check (status = 'ACTIVE' or holdings = 0)
);
-- A load looks for the few closed holders among its rows.
create index shareholders_closed on shareholders (tenant_id, external_ref) where status = 'CLOSED';
-- The daily purge looks for few holders among many.
create index shareholders_to_purge on shareholders (tenant_id, updated_at) where status = 'CLOSED' and purged_at is null;
-- A holder is closed, never erased and never moved to another key: no role may. Position entries and transactions rely on it
-- in place of foreign keys.
call scope_by_tenant('shareholders', 'select, insert,
  update (external_ref, name, email, phone, address, holdings, position_change_id, kyc_status, status, version, updated_at, purged_at)');
revoke update, delete on shareholders from vestry_system;
grant update (external_ref, name, email, phone, address, holdings, position_change_id, kyc_status, status, version, updated_at, purged_at)
  on shareholders to vestry_system;
create trigger record_new_positions after insert on shareholders
  referencing new table as inserted for each statement execute function record_new_positions();
create view holders_of_record with (security_invoker = true) as
  select tenant_id, id, external_ref, name, address, kyc_status, status, updated_at from shareholders;
grant select on holders_of_record to vestry_app, vestry_system, vestry_report;
create trigger record_changed_positions after update on shareholders
  referencing old table as previous new table as changed for each statement execute function record_changed_positions();

-- Every change of a position, for ever. Written only by the triggers of shareholders, so that holdings and ledger can't part.
-- The triggers take the holder from the rows that they stand on and holders are never erased, so a foreign key would find
-- nothing; and since it locks every holder's row once more, it costs a load as much again as all the rest of it.
create table position_entries (
  tenant_id uuid not null,
  shareholder_id uuid not null,
  id bigint generated always as identity (cache 256),
  security_class text not null,
  delta numeric(28, 8) not null check (delta <> 0),
  effective_date date not null,
  recorded_at timestamptz not null,
  reason text not null,
  source text not null,
  primary key (tenant_id, shareholder_id, id)
);
create index position_entries_other_classes on position_entries (tenant_id, security_class, shareholder_id) where security_class <> 'COMMON';
call scope_by_tenant('position_entries', 'select');
call append_only('position_entries');

-- Names as they stood, kept when they change, so that an issued report can be made again.
create table shareholder_names (
  tenant_id uuid not null,
  shareholder_id uuid not null,
  replaced_at timestamptz not null,
  name text not null,
  primary key (tenant_id, shareholder_id, replaced_at),
  foreign key (tenant_id, shareholder_id) references shareholders
);
call scope_by_tenant('shareholder_names', 'select');
-- Never changed, except that purge_shareholder_names erases them.
create trigger append_only before update or delete or truncate on shareholder_names
  for each statement execute function refuse_change_but_purge();
