-- A file casts a million ballots by one statement, and what is true of all of them is asked once a statement. Foreign keys and a guard for each row
-- asked it six million times, and locked every holder, every ballot and the one meeting; they took most of the time. Meetings, holders and ballots
-- are never deleted.
alter table votes
  drop constraint votes_tenant_id_meeting_id_fkey,
  drop constraint votes_tenant_id_shareholder_id_fkey;
alter table vote_choices
  drop constraint vote_choices_tenant_id_meeting_id_vote_id_fkey,
  drop constraint vote_choices_tenant_id_meeting_id_item_id_kind_fkey;
drop trigger guard_vote on votes;
create trigger guard_vote before update on votes for each row execute function guard_vote();
create trigger guard_cast_votes after insert on votes
  referencing new table as inserted for each statement execute function guard_cast_votes();
