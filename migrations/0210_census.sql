-- Participants are a census: who works or has worked for the sponsor, since when, and for what pay.
alter table participants
  add column name text,
  add column name_key text collate "C" generated always as (left(folded(name), 500)) stored,
  add column email text,
  -- The last day of service, and the day on which it went on.
  add column terminated_on date,
  add column rehired_on date,
  -- The pay of a year, in US cents. Unknown rather than 0.
  add column compensation bigint check (compensation > 0),
  -- The instant of which the census speaks: a file says what was true when it was received, whenever it is loaded. Null: nobody has said anything.
  add column stated_at timestamptz,
  -- Null where a day is missing, which is no fault.
  add constraint participants_hired_first check (hired_on <= terminated_on),
  add constraint participants_left_first check ((rehired_on is null or terminated_on is not null) and (terminated_on < rehired_on or rehired_on is null));
create index participants_by_name on participants (tenant_id, name_key, employee_id);

-- Whoever was verified under a name is somebody else under another.
create trigger verify_renamed before update of name on participants for each row
  when (old.kyc_status = 'VERIFIED' and new.kyc_status = 'VERIFIED' and new.name is distinct from old.name
    and old.name is not null and new.purged_at is null)
  execute function ask_for_kyc_again();

alter table uploads drop constraint uploads_kind_check,
  add constraint uploads_kind_check
    check (kind in ('shareholders', 'contributions', 'ballots', 'kyc', 'bank-accounts', 'participants', 'unknown'));
alter table upload_mappings drop constraint upload_mappings_kind_check,
  add constraint upload_mappings_kind_check
    check (kind in ('shareholders', 'contributions', 'ballots', 'kyc', 'bank-accounts', 'participants'));
