-- A file that moves more shares than the tenant's limit waits for a second person, with what it would change.
alter table uploads drop constraint uploads_state_check,
  add constraint uploads_state_check
    check (state in ('RECEIVED', 'VALIDATING', 'AWAITING_APPROVAL', 'COMPLETED', 'FAILED'));
alter table uploads
  -- What the file would change, as it was shown, and the object that lists it row by row.
  add column changes jsonb,
  add column changes_key text,
  -- What was recorded later is newer than what was shown.
  add column shown_at timestamptz,
  -- The second person.
  add column approved_by uuid;
create index uploads_waiting on uploads (shown_at) where state = 'AWAITING_APPROVAL';
create trigger guard_waiting_upload before update of state on uploads for each row
  when (old.state = 'AWAITING_APPROVAL' and new.state not in ('AWAITING_APPROVAL', 'FAILED'))
  execute function guard_waiting_upload();
