-- Retention: personal data of closed records is erased when its time is over, unless a legal hold keeps it. Ledgers stay.

create table legal_holds (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  -- What is kept: a holder of record, an employee as participant and user, or everything of the tenant.
  subject text not null check (subject in ('SHAREHOLDER', 'PARTICIPANT', 'TENANT')),
  shareholder_id uuid,
  employee_id text collate "C",
  reason text not null,
  placed_by uuid,
  created_at timestamptz not null default now(),
  released_by uuid,
  released_at timestamptz,
  version integer not null default 1,
  primary key (tenant_id, id),
  constraint legal_holds_shareholder foreign key (tenant_id, shareholder_id) references shareholders,
  constraint legal_holds_participant foreign key (tenant_id, employee_id) references participants,
  constraint legal_holds_one_subject check (
    (subject = 'SHAREHOLDER') = (shareholder_id is not null) and (subject = 'PARTICIPANT') = (employee_id is not null))
);
create index legal_holds_active on legal_holds (tenant_id, shareholder_id, employee_id) where released_at is null;
call scope_by_tenant('legal_holds', 'select, insert, update (released_at, released_by, version)');

-- Held by a purge, and by whoever places a hold, until commit: a hold that was answered is seen by every purge after it.
create function retention_lock_key(tenant uuid) returns bigint
  language sql immutable parallel safe
  return hashtextextended(tenant::text, 7011);

create function await_purge() returns trigger
  language plpgsql
  as $$
begin
  perform pg_advisory_xact_lock(retention_lock_key(new.tenant_id));
  return new;
end
$$;
create trigger await_purge before insert on legal_holds for each row execute function await_purge();

create function purge_login_failures(before timestamptz) returns integer
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  deleted integer;
begin
  delete from login_failures where window_started_at < before;
  get diagnostics deleted = row_count;
  return deleted;
end
$$;
revoke execute on function purge_login_failures from public;
grant execute on function purge_login_failures to vestry_system;

-- When the personal data of a record was erased. Once.
alter table shareholders add column purged_at timestamptz;
alter table participants add column purged_at timestamptz;
alter table users add column purged_at timestamptz;
alter table bank_accounts add column purged_at timestamptz;
-- What a daily purge looks for is few among many.
create index shareholders_to_purge on shareholders (tenant_id, updated_at) where status = 'CLOSED' and purged_at is null;
create index users_to_purge on users (tenant_id, updated_at) where status = 'DISABLED' and purged_at is null;
create index participants_to_purge on participants (tenant_id, updated_at) where purged_at is null;
create index bank_accounts_to_purge on bank_accounts (tenant_id, updated_at) where purged_at is null;
create index outbox_published on outbox (tenant_id, published_at) where published_at is not null;

-- Names as they stood are kept for reports, and are never changed, except that retention erases them: by the function below,
-- which alone runs as the owner with this setting.
create function refuse_change_but_purge() returns trigger
  language plpgsql
  as $$
begin
  if tg_op = 'UPDATE' and current_user = 'vestry_owner' and current_setting('app.purging_names', true) = 'on' then
    return null;
  end if;
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
drop trigger append_only on shareholder_names;
create trigger append_only before update or delete or truncate on shareholder_names
  for each statement execute function refuse_change_but_purge();

-- Erases the former names of holders that have been purged; of no others. When they changed stays.
create function purge_shareholder_names(holders uuid[]) returns integer
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  erased integer;
begin
  perform set_config('app.purging_names', 'on', true);
  update shareholder_names n set name = 'purged'
    from shareholders s
    where n.tenant_id = current_tenant() and n.shareholder_id = any (holders) and n.name <> 'purged'
      and s.tenant_id = n.tenant_id and s.id = n.shareholder_id and s.status = 'CLOSED' and s.purged_at is not null;
  get diagnostics erased = row_count;
  perform set_config('app.purging_names', 'off', true);
  return erased;
end
$$;
revoke execute on function purge_shareholder_names from public;
grant execute on function purge_shareholder_names to vestry_system;
