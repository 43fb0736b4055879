-- The same bytes are loaded once, until the register has changed: then they are loaded anew, and the earlier upload no longer stands for them.
alter table uploads add column overtaken_at timestamptz;
drop index uploads_same_file;
create unique index uploads_same_file on uploads (tenant_id, kind, dry_run, sha256)
  where state <> 'FAILED' and duplicate_of is null and overtaken_at is null;
