-- Rows that ask for nothing, such as an amount of zero, are neither accepted nor rejected. Of the accepted rows of a payroll file, those that were recorded before
-- change nothing; null for files whose changes are said otherwise.
alter table uploads
  add column ignored integer not null default 0,
  add column unchanged integer,
  drop constraint uploads_rows_accounted,
  add constraint uploads_rows_accounted check (state <> 'COMPLETED' or accepted + rejected + ignored = rows);
