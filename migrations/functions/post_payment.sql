-- The journal follows every change of a payment's status, so that none can be booked without the other: what we owe the
-- payee is in transit until the bank has paid it from our cash, or from the plan's assets. A statement's changes are booked together, since
-- a file sends ten thousand. A reversal is booked as a return of its payment, once it has taken the money back.
create or replace function post_payment() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  insert into journal (tenant_id, debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
    select n.tenant_id,
        case n.status when 'SENT' then owed else 'IN_TRANSIT' end,
        case n.status when 'SENT' then 'IN_TRANSIT' when 'SETTLED' then paid_from else owed end,
        n.amount, n.currency, lower(n.status), n.id, n.dividend_id, (select today())
      from changed n
        join former o on o.tenant_id = n.tenant_id and o.id = n.id,
        lateral (values (
          coalesce(n.source_account, case when n.plan_id is null then 'DIVIDENDS_PAYABLE' else 'PLAN_OBLIGATIONS' end),
          case when n.plan_id is null then 'CASH' else 'PLAN_ASSETS' end
        )) as accounts (owed, paid_from)
      where n.status <> o.status and n.type not in ('CONTRIBUTION', 'REVERSAL')
        and (n.status in ('SENT', 'SETTLED') or n.status = 'FAILED' and o.status = 'SENT');
  return null;
end
$$;
