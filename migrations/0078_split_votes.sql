-- A nominee splits an item: votes for each choice, together at most the weight of the ballot. Null: the whole ballot.
alter table vote_choices add column shares numeric check (shares > 0 and scale(shares) <= 16),
  drop constraint vote_choices_pkey,
  add primary key (tenant_id, meeting_id, vote_id, item_id, choice);
-- The few choices of ballots that are split are found without reading the others.
create index vote_choices_split on vote_choices (tenant_id, meeting_id, vote_id, item_id) where shares is not null;
create trigger guard_vote_choices after insert on vote_choices
  referencing new table as inserted for each statement execute function guard_vote_choices();
