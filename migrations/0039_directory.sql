-- The customer's directory, as SCIM tells of it: what it says of users, and its groups.

create table directory_users (
  tenant_id uuid not null default current_tenant(),
  user_id uuid not null,
  user_name text not null check (length(user_name) between 1 and 254),
  external_id text check (length(external_id) between 1 and 254),
  -- Whatever else the directory says of the user, in the words of SCIM.
  attributes jsonb not null default '{}',
  -- The directory has made the user, and says by the same `external_id` since then who they are at its provider.
  is_provisioned boolean not null,
  -- The directory has deleted the user, who is disabled and can't be seen by it any more.
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references users
);
create unique index directory_users_user_name on directory_users (tenant_id, lower(user_name)) where deleted_at is null;
create index directory_users_external_id on directory_users (tenant_id, external_id) where external_id is not null;
call scope_by_tenant('directory_users', 'select, insert, update');
call record_changes('directory_users', 'directory-users', 'user_id', array['external_id', 'is_provisioned', 'deleted_at']);
-- Whoever is erased here is erased of the directory's words too.
create trigger forget_directory_user after update of purged_at on users for each row
  when (new.purged_at is not null and old.purged_at is null) execute function forget_directory_user();

create table directory_groups (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  display_name text not null check (length(display_name) between 1 and 254),
  external_id text check (length(external_id) between 1 and 254),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index directory_groups_display_name on directory_groups (tenant_id, lower(display_name));
call scope_by_tenant('directory_groups', 'select, insert, update, delete');
call record_changes('directory_groups', 'directory-groups', 'id', array['display_name', 'external_id']);

create table directory_members (
  tenant_id uuid not null default current_tenant(),
  group_id uuid not null,
  user_id uuid not null,
  primary key (tenant_id, group_id, user_id),
  foreign key (tenant_id, group_id) references directory_groups on delete cascade,
  foreign key (tenant_id, user_id) references users
);
create index directory_members_of_user on directory_members (tenant_id, user_id);
call scope_by_tenant('directory_members', 'select, insert, delete');
call record_changes('directory_members', 'directory-members', 'group_id', array['user_id']);
