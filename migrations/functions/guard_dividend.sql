create or replace function guard_dividend() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  sums record;
begin
  if (new.tenant_id, new.id, new.security_class, new.currency, new.exponent, new.rate_per_share, new.total_pool,
      new.declaration_date, new.record_date, new.payable_date, new.idempotency_key, new.created_at,
      new.corporate_action_id, new.numerator, new.denominator)
    is distinct from (old.tenant_id, old.id, old.security_class, old.currency, old.exponent, old.rate_per_share, old.total_pool,
      old.declaration_date, old.record_date, old.payable_date, old.idempotency_key, old.created_at,
      old.corporate_action_id, old.numerator, old.denominator)
    or old.state <> 'DECLARED' and (new.holders, new.total_amount, new.withheld_amount, new.residual, new.snapshot_sha256, new.positions_known_at)
      is distinct from (old.holders, old.total_amount, old.withheld_amount, old.residual, old.snapshot_sha256, old.positions_known_at)
  then
    raise exception 'the terms and the snapshot of a dividend do not change' using errcode = 'check_violation', constraint = 'dividends_immutable';
  end if;
  if new.version <> old.version + 1 then
    raise exception 'a dividend changes one version at a time' using errcode = 'check_violation', constraint = 'dividends_versions';
  end if;
  if new.state <> old.state and (old.state, new.state) not in (
    ('DECLARED', 'SNAPSHOT'), ('SNAPSHOT', 'PENDING'), ('PENDING', 'PAYING'), ('PENDING', 'PAID'), ('PAYING', 'PAID'), ('PAID', 'PAYING'),
    ('DECLARED', 'CANCELLED'), ('SNAPSHOT', 'CANCELLED'), ('PENDING', 'CANCELLED'))
  then
    raise exception 'a dividend does not go from % to %', old.state, new.state
      using errcode = 'check_violation', constraint = 'dividends_legal_transition';
  end if;
  if old.state <> new.state and new.state = 'PAID' and not is_paid_off(new.tenant_id, new.id) then
    raise exception 'dividend % still owes something', new.id
      using errcode = 'check_violation', constraint = 'dividends_owe_nothing';
  end if;
  if old.state <> new.state and new.state in ('PENDING', 'PAID') then
    select * into sums from reconcile_dividend(new.id);
    if (sums.lines, sums.lines_total, sums.transactions, sums.transactions_total, sums.unmatched)
      is distinct from (new.holders::bigint, new.total_amount::numeric, sums.payable, (new.total_amount - new.withheld_amount)::numeric, 0::bigint)
      or (select coalesce(sum(a.amount - a.withheld), 0) from dividend_adjustments a where a.tenant_id = new.tenant_id and a.dividend_id = new.id)
        is distinct from (select coalesce(sum(t.amount), 0) from ledger_transactions t
          where t.tenant_id = new.tenant_id and t.dividend_id = new.id and t.adjustment_id is not null)
    then
      raise exception 'the lines and the transactions of dividend % do not add up', new.id
        using errcode = 'check_violation', constraint = 'dividends_reconciled';
    end if;
  end if;
  return new;
end
$$;
