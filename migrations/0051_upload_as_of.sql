-- A register may speak of an earlier day. The same bytes for another day are another file.
alter table uploads
  add column as_of date,
  -- The settings by which a file is read and loaded, as far as they are not the usual ones: part of what it is.
  add column settings text not null default '';
drop index uploads_same_file;
create unique index uploads_same_file on uploads (tenant_id, kind, dry_run, sha256, settings)
  where state <> 'FAILED' and duplicate_of is null and overtaken_at is null;
