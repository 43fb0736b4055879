-- A meeting is of one or more classes of shares, whose votes add up.
create table meeting_classes (
  tenant_id uuid not null default current_tenant(),
  meeting_id uuid not null,
  security_class text not null,
  -- The votes of each share, settled for ever with the positions; null until then.
  votes_per_share numeric(28, 8),
  primary key (tenant_id, meeting_id, security_class),
  foreign key (tenant_id, meeting_id) references meetings,
  foreign key (tenant_id, security_class) references security_classes
);
call scope_by_tenant('meeting_classes', 'select, insert (tenant_id, meeting_id, security_class), update (votes_per_share)');
-- Meetings that were called before are of one class, and what was voted in them was weighed by shares alone. The owner reads every tenant's rows
-- for it, while nobody writes any.
alter table meetings no force row level security;
alter table meeting_classes no force row level security;
insert into meeting_classes (tenant_id, meeting_id, security_class, votes_per_share)
  select tenant_id, id, security_class, case when positions_known_at is not null then 1 end from meetings;
alter table meetings force row level security;
alter table meeting_classes force row level security;
create trigger guard_meeting_class before update or delete on meeting_classes for each row execute function guard_meeting_class();
create or replace view frozen_meetings with (security_invoker = true) as
  select m.tenant_id, m.id, c.security_class, m.record_date
  from meetings m join meeting_classes c on c.tenant_id = m.tenant_id and c.meeting_id = m.id where m.positions_known_at is not null;
-- A ballot weighs votes: shares times the votes of each, exactly.
alter table votes alter column weight type numeric;
