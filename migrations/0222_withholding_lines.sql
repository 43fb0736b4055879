-- Withheld tax is part of a line: its amount is what the holder is entitled to, of which the payment is what is left.
alter table dividends add column withheld_amount bigint not null default 0 check (withheld_amount between 0 and coalesce(total_amount, 0));
drop trigger record_change on dividends;
drop trigger leave_entry_of_state on dividends;
drop trigger leave_entry_of_approval on dividends;
call record_changes('dividends', 'dividends', 'id', array[
  'state', 'approval', 'security_class', 'currency', 'exponent', 'rate_per_share', 'total_pool', 'declaration_date', 'record_date', 'payable_date',
  'holders', 'total_amount', 'withheld_amount', 'residual', 'snapshot_sha256', 'positions_known_at', 'cancel_reason'], 'dividend',
  array['state', 'approval']);
alter table dividend_lines
  add column withheld bigint not null default 0,
  add column withholding text check (withholding in ('BACKUP', 'NONRESIDENT')),
  add column withholding_rate numeric(4, 2) check (withholding_rate between 0 and 100),
  add constraint dividend_lines_withheld_by_a_rule check (withheld = 0 or withholding is not null and withheld between 0 and amount - 1);
create or replace view entitlements with (security_invoker = true) as
  select tenant_id, dividend_id, shareholder_id, holdings, amount, transaction_id, withheld, withholding, withholding_rate from dividend_lines;
alter table dividend_adjustments
  -- Negative where tax that was withheld is not any more. It can be so, beside an addition to what is left, in one adjustment.
  add column withheld bigint not null default 0,
  -- The rule and the rate of its payment.
  add column withholding text check (withholding in ('BACKUP', 'NONRESIDENT')),
  add column withholding_rate numeric(4, 2) check (withholding_rate between 0 and 100);
drop trigger record_change on dividend_adjustments;
call record_changes('dividend_adjustments', 'dividends', 'dividend_id', array[
  'shareholder_id', 'amount', 'withheld', 'withholding', 'withholding_rate', 'effective_date', 'transaction_id']);
create or replace view entitlement_adjustments with (security_invoker = true) as
  select tenant_id, id, dividend_id, shareholder_id, amount, reason, effective_date, transaction_id, withheld, withholding, withholding_rate
  from dividend_adjustments;
