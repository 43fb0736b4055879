-- Splits of a class of shares. A row is made by the approval of a second person. A job carries it out once its day has begun, in three
-- steps that can each be taken up again: SCHEDULED, APPLYING (nobody changes positions of the class), APPLIED; and REVERSING, REVERSED.
create table corporate_actions (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null,
  kind text not null default 'SPLIT' check (kind = 'SPLIT'),
  security_class text collate "C" not null,
  -- Each holder has numerator shares for denominator.
  numerator integer not null check (numerator between 1 and 10000),
  denominator integer not null check (denominator between 1 and 10000),
  fractions text not null check (fractions in ('KEEP', 'ROUND_DOWN')),
  effective_date date not null,
  state text not null default 'SCHEDULED' check (state in ('SCHEDULED', 'APPLYING', 'APPLIED', 'REVERSING', 'REVERSED')),
  -- Known once it is applied: the holders of the class, their shares, and what is lost by rounding.
  holders integer,
  before numeric(38, 8),
  after numeric(38, 8),
  fractions_total numeric(38, 8),
  authorized_before numeric(28, 8),
  authorized_after numeric(28, 8),
  applied_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  check (numerator <> denominator),
  check (state in ('SCHEDULED', 'APPLYING', 'REVERSED') or (applied_at is not null and after is not null)),
  foreign key (tenant_id, security_class) references security_classes
);
create unique index corporate_actions_one_of_day on corporate_actions (tenant_id, security_class, effective_date) where state <> 'REVERSED';
create index corporate_actions_unfinished on corporate_actions (id) where state in ('SCHEDULED', 'APPLYING', 'REVERSING');
call scope_by_tenant('corporate_actions', 'select,
  insert (id, security_class, numerator, denominator, fractions, effective_date),
  update (state, holders, before, after, fractions_total, authorized_before, authorized_after, applied_at, version, updated_at)');
revoke insert, update, delete on corporate_actions from vestry_system;
call record_changes('corporate_actions', 'corporate-actions', 'id', array[
  'security_class', 'numerator', 'denominator', 'fractions', 'effective_date', 'state', 'holders', 'before', 'after', 'fractions_total',
  'authorized_before', 'authorized_after'], 'corporate-action', array['state']);
create trigger guard_position_change before insert on position_changes for each row execute function guard_position_change();
