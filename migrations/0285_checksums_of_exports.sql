-- Whoever is handed a file can tell that it is the one that was written. Files of before have none.
alter table report_exports
  add column bytes bigint,
  add column sha256 text check (sha256 ~ '^[0-9a-f]{64}$');
