-- Fractions of a split can be paid in cash: at a price of a whole share, from a day on. Nobody knows those terms of an older split.
drop trigger record_change on corporate_actions;
drop trigger leave_entry_of_state on corporate_actions;
alter table corporate_actions
  drop constraint corporate_actions_fractions_check,
  add constraint corporate_actions_fractions_check check (fractions in ('KEEP', 'ROUND_DOWN', 'CASH')),
  add column price_per_share numeric(28, 8) check (price_per_share > 0),
  add column currency text check (currency ~ '^[A-Z]{3}$'),
  -- Decimal places of the currency's minor unit: ISO 4217 is known to the application alone.
  add column exponent smallint check (exponent between 0 and 4),
  add column payable_date date,
  -- The day on which it was approved, where the issuer lives.
  add column declared_on date,
  -- The run that pays the fractions, once the split is applied; null where no holder has any.
  add column dividend_id uuid,
  add constraint corporate_actions_cash_terms check (
    num_nulls(price_per_share, currency, exponent, payable_date, declared_on) = case fractions when 'CASH' then 0 else 5 end),
  add constraint corporate_actions_payable check (payable_date between effective_date and effective_date + 59);
grant insert (price_per_share, currency, exponent, payable_date, declared_on), update (dividend_id) on corporate_actions to vestry_app;
call record_changes('corporate_actions', 'corporate-actions', 'id', array[
  'security_class', 'numerator', 'denominator', 'fractions', 'price_per_share', 'currency', 'payable_date', 'effective_date', 'state', 'holders',
  'before', 'after', 'fractions_total', 'authorized_before', 'authorized_after', 'dividend_id'], 'corporate-action', array['state']);
-- The splits whose fractions are paid, as the dividends need to know them.
create view splits_in_cash with (security_invoker = true) as
  select tenant_id, id, security_class, numerator, denominator, price_per_share, currency, exponent, effective_date, payable_date, declared_on
  from corporate_actions where fractions = 'CASH';
grant select on splits_in_cash to vestry_app;
