-- What people are told by mail of their own account, and whether they have a password at all.

-- False for those who have set none: they were invited, or come by an identity provider. Only whoever has one gets a link to set it anew.
alter table users add column has_password boolean not null default true;

-- A notice that was posted, so that a repeated message posts no second one, and nobody gets too many.
create table notices (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  user_id uuid not null,
  kind text not null,
  posted_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users
);
create index notices_of_user on notices (tenant_id, user_id, kind, posted_at);
call scope_by_tenant('notices', 'select, insert');
