-- People get in for the first time, and again when they have forgotten their password, by a link that works once. Whoever is invited
-- has no password until then: the hash that stands in its place is of nothing.
alter table users drop constraint users_status_check;
alter table users add constraint users_status_check check (status in ('ACTIVE', 'DISABLED', 'INVITED'));

create table sign_in_links (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  user_id uuid not null,
  purpose text not null check (purpose in ('INVITATION', 'RESET')),
  -- The link itself is known to nobody but whom it was sent to.
  token_sha256 bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users,
  constraint sign_in_links_token_key unique (tenant_id, token_sha256)
);
-- A user has one link of a kind that works: the newest.
create unique index sign_in_links_open on sign_in_links (tenant_id, user_id, purpose) where used_at is null and revoked_at is null;
call scope_by_tenant('sign_in_links', 'select, insert, update');
