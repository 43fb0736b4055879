-- Ballots come by file too, by the same way as registers and payrolls.
alter table uploads drop constraint uploads_kind_check,
  add constraint uploads_kind_check check (kind in ('shareholders', 'contributions', 'ballots', 'unknown'));
alter table upload_mappings drop constraint upload_mappings_kind_check,
  add constraint upload_mappings_kind_check check (kind in ('shareholders', 'contributions', 'ballots'));

-- The file that a ballot was cast by; null: a request of its own.
drop trigger record_change on votes;
alter table votes add column upload_id uuid;
call record_changes('votes', 'votes', 'id', array['meeting_id', 'shareholder_id', 'weight', 'cast_at', 'revoked_at', 'upload_id']);
-- A file of ballots is loaded anew once one of them may have been revoked.
create index votes_revoked on votes (tenant_id, meeting_id, revoked_at) where revoked_at is not null;
