-- Whether nothing of a dividend is owed any more: no payment of it is open, and what was cancelled, has failed or come back was paid again or taken back. It reads the
-- payments that did not go as they should, which are few, and no others.
create or replace function is_paid_off(tenant uuid, dividend uuid) returns boolean
  language sql stable
  as $$
    select not exists (select from ledger_transactions where tenant_id = tenant and dividend_id = dividend and status in ('PENDING', 'SENT'))
      and not exists (select from ledger_transactions where tenant_id = tenant and repays_dividend_id = dividend and status in ('PENDING', 'SENT'))
      and 0 = coalesce((
          select sum(abs(amount)) from ledger_transactions
          where tenant_id = tenant and dividend_id = dividend and (status in ('FAILED', 'CANCELLED') or compensates is not null)), 0)
        + coalesce((
          select sum(amount) from ledger_transactions
          where tenant_id = tenant and dividend_id = dividend and adjustment_id is not null and amount < 0), 0)
        - coalesce((
          select sum(amount) from ledger_transactions
          where tenant_id = tenant and repays_dividend_id = dividend and status = 'SETTLED'), 0)
  $$;
grant execute on function is_paid_off to vestry_app, vestry_system;
