-- The audit trail, and its export as objects that nobody can change: what was exported, by which digest, and the keys that
-- sign digests.

create table audit_log (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  ts timestamptz not null default clock_timestamp(),
  actor_id text,
  actor_role text not null,
  action text not null,
  resource text not null,
  request_id text not null,
  payload jsonb not null,
  -- The database's transaction that wrote the entry. Entries become visible in another order than that of their ids; but once
  -- every transaction below a number has ended, no entry of a lower number can appear any more.
  xact xid8 not null default pg_current_xact_id(),
  primary key (tenant_id, id)
);
create index audit_log_by_xact on audit_log (xact);
-- The trail is searched by actor, resource and request.
create index audit_log_by_actor on audit_log (tenant_id, actor_id, id);
create index audit_log_by_resource on audit_log (tenant_id, resource, id);
create index audit_log_by_request on audit_log (tenant_id, request_id, id);
-- Every column but xact: nobody chooses the number.
call scope_by_tenant('audit_log', 'select,
  insert (tenant_id, id, ts, actor_id, actor_role, action, resource, request_id, payload)');
revoke insert on audit_log from vestry_system;
grant insert (tenant_id, id, ts, actor_id, actor_role, action, resource, request_id, payload) on audit_log to vestry_system;
call append_only('audit_log');

-- One row a digest. What it covers is settled before anything is written, so that whoever is killed is finished by the next.
create table audit_exports (
  sequence bigint primary key check (sequence > 0),
  -- Entries of transactions from the first number up to, and without, the second.
  from_xact xid8 not null,
  to_xact xid8 not null,
  exported_at timestamptz not null,
  entries integer,
  digest_key text,
  -- The digest of the whole object, which the next one names.
  digest_sha256 text check (digest_sha256 ~ '^[0-9a-f]{64}$'),
  constraint audit_exports_forward check (to_xact >= from_xact),
  constraint audit_exports_written_whole check (num_nulls(entries, digest_key, digest_sha256) in (0, 3))
);
create unique index audit_exports_one_at_a_time on audit_exports ((true)) where digest_sha256 is null;
grant select, insert on audit_exports to vestry_system;
grant update (entries, digest_key, digest_sha256) on audit_exports to vestry_system;
grant select on audit_exports to vestry_app, vestry_report;
create trigger guard_audit_export before update or delete on audit_exports for each row execute function guard_audit_export();

-- Public halves of the keys, which are kept for ever: old digests must verify when their key has long been replaced.
create table audit_keys (
  kid text primary key,
  public_jwk jsonb not null,
  created_at timestamptz not null
);
call append_only('audit_keys');
grant select, insert on audit_keys to vestry_system;
grant select on audit_keys to vestry_app, vestry_report;
