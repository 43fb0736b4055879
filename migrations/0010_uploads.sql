-- Files that load a register or a payroll, and how far each has come.

create table uploads (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  -- 'unknown' is a file dropped where no kind of upload belongs; it has failed.
  kind text not null check (kind in ('shareholders', 'contributions', 'unknown')),
  door text not null check (door in ('MULTIPART', 'PRESIGNED', 'DROP')),
  state text not null default 'RECEIVED' check (state in ('RECEIVED', 'VALIDATING', 'COMPLETED', 'FAILED')),
  filename text not null,
  dry_run boolean not null default false,
  object_key text not null,
  -- Identity of the stored object for redeliveries of its event: version id, or ETag and sequencer.
  object_ref text,
  -- The id that S3 gave the multipart upload, while parts are sent.
  multipart_id text,
  -- The digest that the client declared, and the one that the bytes have.
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
