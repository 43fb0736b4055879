-- Retention: personal data of closed records is erased when its time is over, unless a legal hold keeps it. Ledgers stay.

create table legal_holds (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  -- The hold keeps a holder of record, an employee as participant and user, or everything of the tenant.
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
create trigger await_purge before insert on legal_holds for each row execute function await_purge();
