-- The share register of an issuer: holders of record, their position ledger, and the uploads that load them.

create table shareholders (
  -- A tenant that exists: record_new_positions sees to it, once a statement. A foreign key would ask for every holder again,
  -- which costs a load a quarter of its time; and tenants are never deleted.
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  -- Compared by bytes: an ICU collation costs a quarter of the load rate, and references are identifiers, not words.
  external_ref text collate "C" not null,
  name text not null,
  email text,
  phone text,
  address text,
  holdings numeric(28, 8) not null default 0 check (holdings >= 0),
  kyc_status text not null default 'UNVERIFIED' check (kyc_status in ('UNVERIFIED', 'PENDING', 'VERIFIED', 'REJECTED')),
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'CLOSED')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint shareholders_external_ref_key unique (tenant_id, external_ref),
  constraint shareholders_closed_hold_nothing check (status = 'ACTIVE' or holdings = 0)
);
-- A load looks for the few closed holders among its rows.
create index shareholders_closed on shareholders (tenant_id, external_ref) where status = 'CLOSED';
call scope_by_tenant('shareholders', 'select, insert, update');
-- A holder is closed, never erased: no role may. The ledger relies on it, see position_entries.
revoke delete on shareholders from vestry_system;

-- Every change of a position, for ever. Written only by the triggers below, so that holdings and ledger can't part.
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
call append_only('shareholder_names');

-- What the ledger records of the change that is being made; set by the repository in the same transaction.
create function ledger_setting(name text, otherwise text) returns text
  language sql stable parallel safe
  return coalesce(nullif(current_setting('app.ledger_' || name, true), ''), otherwise);

-- Held shared from the moment recorded_at is read until commit. A report takes it exclusively for an instant: then no
-- entry with an earlier recorded_at can still appear, and the report can be reproduced exactly.
create function ledger_lock_key(tenant uuid) returns bigint
  language sql immutable parallel safe
  return hashtextextended(tenant::text, 7001);

-- The present instant, once nothing that was recorded before it can still be uncommitted: what the ledger says of that
-- instant, it says for ever. Waits for writers at most `patience`, since the writers behind it wait as well.
create function settled_instant(patience text) returns timestamptz
  language plpgsql volatile
  as $$
begin
  perform set_config('lock_timeout', patience, true);
  perform pg_advisory_xact_lock(ledger_lock_key(current_tenant()));
  return clock_timestamp();
end
$$;

create function record_new_positions() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  recorded timestamptz;
  class text := ledger_setting('security_class', 'COMMON');
  effective date := ledger_setting('effective_date', current_date::text)::date;
  why text := ledger_setting('reason', 'opening');
  origin text := ledger_setting('source', 'system');
begin
  perform pg_advisory_xact_lock_shared(ledger_lock_key(current_tenant()));
  recorded := clock_timestamp();
  insert into position_entries (tenant_id, shareholder_id, security_class, delta, effective_date, recorded_at, reason, source)
    select tenant_id, id, class, holdings, effective, recorded, why, origin from inserted where holdings <> 0;
  if exists (select from inserted i where not exists (select from tenants t where t.id = i.tenant_id)) then
    raise exception 'a shareholder of no tenant'
      using errcode = 'foreign_key_violation', table = 'shareholders', constraint = 'shareholders_tenant_id_fkey';
  end if;
  return null;
end
$$;
create trigger record_new_positions after insert on shareholders
  referencing new table as inserted for each statement execute function record_new_positions();

create function record_changed_positions() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  recorded timestamptz;
  class text := ledger_setting('security_class', 'COMMON');
  effective date := ledger_setting('effective_date', current_date::text)::date;
  why text := ledger_setting('reason', 'correction');
  origin text := ledger_setting('source', 'system');
  overdrawn uuid;
begin
  if not exists (select from changed) then
    return null;
  end if;
  perform pg_advisory_xact_lock_shared(ledger_lock_key(current_tenant()));
  recorded := clock_timestamp();
  insert into position_entries (tenant_id, shareholder_id, security_class, delta, effective_date, recorded_at, reason, source)
    select n.tenant_id, n.id, class, n.holdings - o.holdings, effective, recorded, why, origin
    from changed n join previous o using (tenant_id, id) where n.holdings <> o.holdings;
  insert into shareholder_names (tenant_id, shareholder_id, replaced_at, name)
    select o.tenant_id, o.id, recorded, o.name
    from changed n join previous o using (tenant_id, id) where n.name <> o.name;
  -- One class can't be overdrawn while another hides it in the sum. Only registers with several classes can.
  if exists (select from position_entries where security_class <> 'COMMON') then
    select n.id into overdrawn
      from changed n join previous o using (tenant_id, id)
      where n.holdings < o.holdings and 0 > (
        select sum(e.delta) from position_entries e
        where e.tenant_id = n.tenant_id and e.shareholder_id = n.id and e.security_class = class)
      limit 1;
    if found then
      raise exception 'position of % in class % would be negative', overdrawn, class
        using errcode = 'check_violation', constraint = 'position_entries_not_negative';
    end if;
  end if;
  -- What is taken back-dated may have been given away since: no day from then on may close below zero.
  if effective < current_date then
    select n.id into overdrawn
      from changed n join previous o using (tenant_id, id)
      where n.holdings < o.holdings and exists (
        select from (
          select e.effective_date, sum(e.delta) over (order by e.effective_date) as closing
          from position_entries e
          where e.tenant_id = n.tenant_id and e.shareholder_id = n.id and e.security_class = class) as days
        where effective_date >= effective and closing < 0)
      limit 1;
    if found then
      raise exception 'position of % in class % would have been negative after %', overdrawn, class, effective
        using errcode = 'check_violation', constraint = 'position_entries_not_negative';
    end if;
  end if;
  return null;
end
$$;
create trigger record_changed_positions after update on shareholders
  referencing old table as previous new table as changed for each statement execute function record_changed_positions();

create table uploads (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  -- 'unknown' is a file dropped where no kind of upload belongs; it has failed.
  kind text not null check (kind in ('shareholders', 'unknown')),
  door text not null check (door in ('MULTIPART', 'PRESIGNED', 'DROP')),
  state text not null default 'RECEIVED' check (state in ('RECEIVED', 'VALIDATING', 'COMPLETED', 'FAILED')),
  filename text not null,
  dry_run boolean not null default false,
  object_key text not null,
  -- Identity of the stored object for redeliveries of its event: version id, or ETag and sequencer.
  object_ref text,
  -- Of S3, while parts are sent.
  multipart_id text,
  -- What the client says, and what the bytes have.
  declared_sha256 text,
  sha256 text,
  bytes_total bigint not null default 0,
  bytes_done bigint not null default 0,
  rows integer not null default 0,
  accepted integer not null default 0,
  rejected integer not null default 0,
  errors jsonb not null default '[]',
  warnings jsonb not null default '[]',
  errors_key text,
  failure text,
  duplicate_of uuid,
  request_id text not null,
  created_by text,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  version integer not null default 1,
  primary key (tenant_id, id),
  foreign key (tenant_id, duplicate_of) references uploads,
  constraint uploads_rows_accounted check (state <> 'COMPLETED' or accepted + rejected = rows)
);
-- The same bytes are loaded once; a failed attempt does not stand in the way of the next.
create unique index uploads_same_file on uploads (tenant_id, kind, dry_run, sha256) where state <> 'FAILED' and duplicate_of is null;
create unique index uploads_object on uploads (tenant_id, object_key, object_ref);
call scope_by_tenant('uploads', 'select, insert, update');
