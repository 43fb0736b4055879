-- The tally of a meeting with many ballots, kept with how many there were. Ballots are only added, and revoked once: with as many of either, they are the same.
create table meeting_tallies (
  tenant_id uuid not null default current_tenant(),
  meeting_id uuid not null,
  effective integer not null,
  revoked integer not null,
  tally jsonb not null,
  primary key (tenant_id, meeting_id),
  foreign key (tenant_id, meeting_id) references meetings
);
call scope_by_tenant('meeting_tallies', 'select, insert, update (effective, revoked, tally)');
