-- Classes of an issuer's shares. Positions, dividends and meetings name a declared class, or are refused.
create table security_classes (
  tenant_id uuid not null default current_tenant() references tenants,
  code text collate "C" not null check (code ~ '^[A-Z][A-Z0-9_-]{0,31}$'),
  name text not null check (length(name) between 1 and 200),
  kind text not null check (kind in ('COMMON', 'PREFERRED', 'OTHER')),
  votes_per_share numeric(28, 8) not null default 1 check (votes_per_share >= 0),
  -- More are never issued. Null: the articles set no limit.
  authorized numeric(28, 8) check (authorized >= 0),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, code)
);
call scope_by_tenant('security_classes', 'select, insert, update (name, kind, votes_per_share, authorized, version, updated_at)');
call record_changes('security_classes', 'security-classes', 'code', array['code', 'kind', 'votes_per_share', 'authorized']);

-- The common shares of every issuer, and the classes that are in use. The owner reads every tenant's rows for it, while nobody writes any.
alter table position_changes no force row level security;
alter table dividends no force row level security;
alter table meetings no force row level security;
alter table security_classes no force row level security;
insert into security_classes (tenant_id, code, name, kind)
  select tenant_id, code, case code when 'COMMON' then 'Common stock' else code end, case code when 'COMMON' then 'COMMON' else 'OTHER' end
  from (
    select id as tenant_id, 'COMMON' as code from tenants where type = 'ISSUER'
    union select tenant_id, security_class from position_changes
    union select tenant_id, security_class from dividends
    union select tenant_id, security_class from meetings) as used;
alter table position_changes force row level security;
alter table dividends force row level security;
alter table meetings force row level security;
alter table security_classes force row level security;
create trigger declare_common_class after insert on tenants for each row
  when (new.type = 'ISSUER') execute function declare_common_class();
create trigger lock_positions before update of authorized on security_classes
  for each statement execute function guard_authorized_shares();
create trigger guard_authorized_shares after update of authorized on security_classes
  for each statement execute function guard_authorized_shares();

alter table position_changes
  add constraint position_changes_security_class foreign key (tenant_id, security_class) references security_classes;
alter table dividends
  add constraint dividends_security_class foreign key (tenant_id, security_class) references security_classes;
alter table meetings
  add constraint meetings_security_class foreign key (tenant_id, security_class) references security_classes;
