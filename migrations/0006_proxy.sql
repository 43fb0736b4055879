-- Proxy voting: meetings, what is voted on, and the ballots of holders of record.

create table meetings (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  title text not null,
  -- The class whose holders vote.
  security_class text not null,
  record_date date not null,
  opens_at timestamptz not null,
  closes_at timestamptz not null,
  -- The part of the entitled shares that must be voted.
  quorum numeric(9, 8) not null check (quorum between 0 and 1),
  -- Set by the first ballot: positions that are recorded later don't count, so that no share is voted twice.
  positions_known_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint meetings_times check (opens_at < closes_at),
  constraint meetings_record_date check (record_date <= (opens_at at time zone 'UTC')::date)
);
call scope_by_tenant('meetings', 'select, insert, update (positions_known_at)');

create table meeting_items (
  tenant_id uuid not null default current_tenant(),
  meeting_id uuid not null,
  id text collate "C" not null,
  -- The place on the agenda, from 1.
  position smallint not null,
  title text not null,
  kind text not null check (kind in ('STANDARD', 'DIRECTOR')),
  primary key (tenant_id, meeting_id, id),
  -- Choices refer to this key, so that each fits the kind of its item.
  constraint meeting_items_kind unique (tenant_id, meeting_id, id, kind),
  foreign key (tenant_id, meeting_id) references meetings
);
call scope_by_tenant('meeting_items', 'select, insert');

create table votes (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  meeting_id uuid not null,
  shareholder_id uuid not null,
  -- The position at the record date.
  weight numeric(28, 8) not null check (weight > 0),
  cast_at timestamptz not null default clock_timestamp(),
  -- A revoked ballot stays as history, and frees the holder to vote again.
  revoked_at timestamptz,
  primary key (tenant_id, id),
  constraint votes_of_meeting unique (tenant_id, meeting_id, id),
  foreign key (tenant_id, meeting_id) references meetings,
  foreign key (tenant_id, shareholder_id) references shareholders
);
create unique index votes_effective on votes (tenant_id, meeting_id, shareholder_id) where revoked_at is null;
create index votes_shareholder on votes (tenant_id, shareholder_id, id);
call scope_by_tenant('votes', 'select, insert, update (revoked_at)');
create trigger guard_vote before insert or update on votes for each row execute function guard_vote();

create table vote_choices (
  tenant_id uuid not null default current_tenant(),
  meeting_id uuid not null,
  vote_id uuid not null,
  item_id text collate "C" not null,
  kind text not null,
  choice text not null,
  primary key (tenant_id, meeting_id, vote_id, item_id),
  foreign key (tenant_id, meeting_id, vote_id) references votes (tenant_id, meeting_id, id),
  foreign key (tenant_id, meeting_id, item_id, kind) references meeting_items (tenant_id, meeting_id, id, kind),
  constraint vote_choices_fit check (
    (kind = 'STANDARD' and choice in ('FOR', 'AGAINST', 'ABSTAIN')) or (kind = 'DIRECTOR' and choice in ('FOR', 'WITHHOLD')))
);
call scope_by_tenant('vote_choices', 'select, insert');
call append_only('vote_choices');
