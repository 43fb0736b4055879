-- What the columns, numbers and days of a source's files mean, by a name that uploads give.
create table upload_mappings (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  kind text not null check (kind in ('shareholders', 'contributions')),
  name text collate "C" not null check (length(name) between 1 and 64),
  definition jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index upload_mappings_name on upload_mappings (tenant_id, kind, name);
call scope_by_tenant('upload_mappings', 'select, insert, update (name, definition, version, updated_at), delete');
call record_changes('upload_mappings', 'upload-mappings', 'id', array['id', 'kind', 'definition']);
-- The mapping as it was when the file was received: what a second person has seen is read by the same one.
alter table uploads add column mapping jsonb;
