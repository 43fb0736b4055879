-- Releases of vested shares into an issuer's register. A run belongs to the sponsor, whose people propose and confirm it; the issuer sees it from then on,
-- and settles it with two of its own. PROPOSED, OFFERED, and then SETTLED; or DECLINED by the issuer, or CANCELLED by the sponsor.
create table releases (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null,
  issuer_tenant_id uuid not null references tenants,
  -- The slugs by which the two know each other: the row of either is out of the other's sight.
  sponsor_slug text not null,
  issuer_slug text not null,
  state text not null default 'PROPOSED' check (state in ('PROPOSED', 'OFFERED', 'SETTLED', 'DECLINED', 'CANCELLED')),
  -- The sponsor's day by whose end the shares had vested.
  as_of date not null,
  withholding_percent numeric(5, 2) not null check (withholding_percent between 0 and 100),
  grants integer not null check (grants > 0),
  holders integer not null check (holders > 0),
  vested numeric(38, 8) not null check (vested > 0),
  withheld numeric(38, 8) not null check (withheld between 0 and vested),
  -- Known once it is settled: the class of the issuer's shares, and the issuer's day.
  security_class text,
  settled_on date,
  decline_reason text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint releases_settled check ((state = 'SETTLED') = (settled_on is not null) and (state = 'SETTLED') = (security_class is not null))
);
create index releases_of_issuer on releases (issuer_tenant_id, id);
-- Only end_release ends a run, since either side may.
call scope_by_tenant('releases', 'select,
  insert (id, issuer_tenant_id, sponsor_slug, issuer_slug, as_of, withholding_percent, grants, holders, vested, withheld),
  update (state, version, updated_at)');
create policy issuer on releases for select using (issuer_tenant_id = current_tenant() and state in ('OFFERED', 'SETTLED', 'DECLINED'));
call record_changes('releases', 'releases', 'id', array[
  'state', 'as_of', 'withholding_percent', 'grants', 'holders', 'vested', 'withheld', 'security_class', 'settled_on'], 'release', array['state']);

create table release_lines (
  tenant_id uuid not null default current_tenant(),
  release_id uuid not null,
  plan_id uuid not null,
  grant_id uuid not null,
  -- A holder in the issuer’s register. The statement that makes the lines reads them of grants, which nobody deletes.
  shareholder_id uuid not null,
  vested numeric(28, 8) not null check (vested > 0),
  withheld numeric(28, 8) not null check (withheld between 0 and vested),
  primary key (tenant_id, release_id, plan_id, grant_id),
  foreign key (tenant_id, release_id) references releases
);
call scope_by_tenant('release_lines', 'select, insert');
create policy issuer on release_lines for select using (
  (tenant_id, release_id) in (select r.tenant_id, r.id from releases r where r.issuer_tenant_id = current_tenant() and r.state in ('OFFERED', 'SETTLED', 'DECLINED')));
call append_only('release_lines');
-- The register reads here what a run brings its holders.
create view released_shares with (security_invoker = true) as
  select release_id, shareholder_id, sum(vested - withheld) as quantity from release_lines group by release_id, shareholder_id having sum(vested - withheld) > 0;
grant select on released_shares to vestry_app;

-- Vested shares that a run has taken, those withheld for tax among them. They stay vested: nothing may unvest them.
drop trigger record_change on grants;
alter table grants
  add column released_quantity numeric(28, 8) not null default 0 check (released_quantity >= 0),
  add constraint grants_released_at_most_vested check (released_quantity <= vested_quantity);
call record_changes('grants', 'grants', 'id', array[
  'plan_id', 'quantity', 'grant_date', 'vesting_start', 'vesting_schedule', 'allocation_type', 'accelerations', 'event_on', 'cancelled_on',
  'vested_quantity', 'awaiting_quantity', 'forfeited_quantity', 'released_quantity']);
