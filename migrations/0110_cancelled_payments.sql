-- A payment is cancelled before the bank has it. Whoever cancels it says why; the trail has the person, and free text stays out of it.
alter table transactions drop constraint transactions_status_check,
  add constraint transactions_status_check check (status in ('PENDING', 'SENT', 'SETTLED', 'FAILED', 'CANCELLED'));
alter table transaction_transitions drop constraint transaction_transitions_from_status_check,
  drop constraint transaction_transitions_to_status_check,
  add constraint transaction_transitions_from_status_check check (from_status in ('PENDING', 'SENT', 'SETTLED', 'FAILED', 'CANCELLED')),
  add constraint transaction_transitions_to_status_check check (to_status in ('PENDING', 'SENT', 'SETTLED', 'FAILED', 'CANCELLED'));
alter table payment_orders add column cancelled_by uuid, add column cancel_reason text check (length(cancel_reason) between 1 and 200),
  add constraint payment_orders_cancelled_with_reason check ((cancelled_by is null) = (cancel_reason is null));
create trigger guard_cancelling before update on transactions for each row
  when (old.status = 'PENDING' and new.status = 'CANCELLED') execute function guard_cancelling();
-- The few payments of a dividend that did not go as they should: those that were cancelled are among them.
create index transactions_dividend_not_paid on transactions (tenant_id, dividend_id)
  where dividend_id is not null and (status in ('FAILED', 'CANCELLED') or compensates is not null);
drop index transactions_dividend_failed;
-- A distribution that is cancelled is the plan's again.
drop trigger give_back_to_plan on transactions;
create trigger give_back_to_plan after update on transactions for each row
  when (new.type = 'DISBURSE' and new.plan_id is not null and new.status in ('FAILED', 'CANCELLED') and old.status <> new.status)
  execute function distribute_from_plan();

drop trigger record_change on payment_orders;
drop trigger leave_entry_of_approval on payment_orders;
call record_changes('payment_orders', 'transactions', 'transaction_id', array[
  'bank_account_id', 'channel', 'replaces', 'automatic_repayments', 'requested_by', 'not_before', 'approval', 'decided_by', 'decided_at',
  'released_at', 'waits_for', 'restarts', 'cancelled_by'], 'payment-order', array['approval']);

-- Payments of dividends that nobody has received and that the bank does not have: those that wait, and those that have ended without reaching
-- the holder, unless another has taken their place or an adjustment has taken them back. What ended with its dividend is owed no more.
create view unpaid_payments with (security_invoker = true) as
  select t.tenant_id, t.id as transaction_id, t.dividend_id, t.repays_dividend_id, t.shareholder_id, t.amount, t.status, t.updated_at,
    exists (select from payment_orders o where o.tenant_id = t.tenant_id and o.transaction_id = t.id) as is_ordered
  from ledger_transactions t
  where (t.dividend_id is not null or t.repays_dividend_id is not null) and t.compensates is null and t.amount > 0
    and (t.status in ('PENDING', 'CANCELLED') or t.status = 'FAILED' and t.return_code is distinct from 'CANCELLED'
      or t.status = 'SETTLED' and t.return_code is not null)
    and not exists (select from ledger_transactions n where n.tenant_id = t.tenant_id and n.adjusts = t.id and n.amount < 0)
    and not exists (select from payment_orders o where o.tenant_id = t.tenant_id and o.replaces = t.id);
grant select on unpaid_payments to vestry_app, vestry_system, vestry_report;
