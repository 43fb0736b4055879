-- The sums of a dividend as it was frozen, from its lines and its transactions, which are less by the tax that is withheld. `unmatched` counts the
-- holders whose line and transaction differ, or who have one without the other.
create or replace function reconcile_dividend(dividend uuid)
  returns table (lines bigint, lines_total numeric, payable bigint, transactions bigint, transactions_total numeric, unmatched bigint)
  language sql stable
  as $$
    select count(l.shareholder_id), coalesce(sum(l.amount), 0), count(l.transaction_id),
      count(t.id), coalesce(sum(t.amount), 0),
      count(*) filter (where l.transaction_id is distinct from t.id or (t.id is not null and (t.amount <> l.amount - l.withheld or t.withheld <> l.withheld)))
    from (select shareholder_id, amount, withheld, transaction_id from dividend_lines
        where tenant_id = current_tenant() and dividend_id = dividend) as l
      full join (select shareholder_id, amount, withheld, id from ledger_transactions
        where tenant_id = current_tenant() and dividend_id = dividend and compensates is null and adjustment_id is null) as t using (shareholder_id)
  $$;
grant execute on function reconcile_dividend to vestry_app, vestry_report;
