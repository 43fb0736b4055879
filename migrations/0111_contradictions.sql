-- What the bank says of a payment against what it has said before: it is kept until two people have said what is true. Until then nothing is paid in
-- place of the payment.
create table bank_contradictions (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  transaction_id uuid not null,
  -- The event of the bank, and what the payment had become before it.
  event_id text not null,
  stood_as text not null check (stood_as in ('SETTLED', 'RETURNED', 'FAILED', 'CANCELLED')),
  state text not null default 'OPEN' check (state in ('OPEN', 'RESOLVED')),
  noted_at timestamptz not null default clock_timestamp(),
  resolved_at timestamptz,
  -- The second person.
  resolved_by uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, transaction_id, event_id) references bank_events,
  constraint bank_contradictions_once unique (tenant_id, transaction_id, event_id),
  constraint bank_contradictions_resolved check ((state = 'RESOLVED') = (resolved_at is not null) and (state = 'RESOLVED') = (resolved_by is not null))
);
create index bank_contradictions_open on bank_contradictions (tenant_id, transaction_id) where state = 'OPEN';
call scope_by_tenant('bank_contradictions', 'select, insert, update');
call record_changes('bank_contradictions', 'transactions', 'transaction_id', array[
  'event_id', 'stood_as', 'state', 'resolved_by'], 'payment-contradiction', array['state']);

-- Whether a payment was received is not known while the bank contradicts itself: it is on the desk, and not among the unpaid ones.
create or replace view unpaid_payments with (security_invoker = true) as
  select t.tenant_id, t.id as transaction_id, t.dividend_id, t.repays_dividend_id, t.shareholder_id, t.amount, t.status, t.updated_at,
    exists (select from payment_orders o where o.tenant_id = t.tenant_id and o.transaction_id = t.id) as is_ordered
  from ledger_transactions t
  where (t.dividend_id is not null or t.repays_dividend_id is not null) and t.compensates is null and t.amount > 0
    and (t.status in ('PENDING', 'CANCELLED') or t.status = 'FAILED' and t.return_code is distinct from 'CANCELLED'
      or t.status = 'SETTLED' and t.return_code is not null)
    and not exists (select from ledger_transactions n where n.tenant_id = t.tenant_id and n.adjusts = t.id and n.amount < 0)
    and not exists (select from payment_orders o where o.tenant_id = t.tenant_id and o.replaces = t.id)
    and not exists (select from bank_contradictions c where c.tenant_id = t.tenant_id and c.transaction_id = t.id and c.state = 'OPEN');
