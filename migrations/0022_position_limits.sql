-- Positions set by hand or by file wait for a second person above a tenant's limits.

-- Each row is what a change has added to the shares of a class, or taken from them; the sum is what is issued. Moves between holders add
-- nothing, so the sum is short where a register is long.
create table issuance_entries (
  tenant_id uuid not null,
  security_class text not null,
  id bigint generated always as identity,
  delta numeric(38, 8) not null check (delta <> 0),
  primary key (tenant_id, security_class, id)
);
-- Written by the triggers of shareholders alone, as position entries are.
call scope_by_tenant('issuance_entries', 'select');
-- What was entered before. The owner reads every tenant's entries for it, while nobody writes any.
alter table position_entries no force row level security;
alter table issuance_entries no force row level security;
insert into issuance_entries (tenant_id, security_class, delta)
  select tenant_id, security_class, sum(delta) from position_entries group by tenant_id, security_class having sum(delta) <> 0;
alter table position_entries force row level security;
alter table issuance_entries force row level security;
call append_only('issuance_entries');

-- The percentages of a class's shares above which a change waits: one by a person, and one by a file. Without a row, or null: the
-- application's. A hundred: none waits.
create table register_settings (
  tenant_id uuid primary key default current_tenant() references tenants,
  by_hand_percent numeric(5, 2) check (by_hand_percent between 0 and 100),
  by_file_percent numeric(5, 2) check (by_file_percent between 0 and 100),
  version integer not null default 1,
  updated_at timestamptz not null default now()
);
call scope_by_tenant('register_settings', 'select, insert, update');

-- What was moved on a day without a second person. OPENING: the first positions of holders, entered by hand.
create table position_tallies (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  day date not null,
  security_class text not null,
  means text not null check (means in ('OPENING', 'HAND', 'FILE')),
  -- A user, or the drop folder.
  party text not null,
  unreviewed numeric(38, 8) not null check (unreviewed >= 0),
  primary key (tenant_id, id),
  constraint position_tallies_key unique (tenant_id, day, security_class, means, party)
);
call scope_by_tenant('position_tallies', 'select, insert, update');
