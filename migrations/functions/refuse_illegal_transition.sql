-- A memo is erased with the personal data of its payee. That changes no version: nothing that is published or reported of a
-- transaction holds a memo.
create or replace function refuse_illegal_transition() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if session_user = 'vestry_system' and new.memo is null and to_jsonb(new) - 'memo' = to_jsonb(old) - 'memo' then
    return new;
  end if;
  if (new.tenant_id, new.id, new.type, new.amount, new.currency, new.shareholder_id, new.plan_id, new.dividend_id, new.compensates, new.adjustment_id, new.adjusts, new.reverses, new.source_account, new.created_at, new.withheld, new.withholding, new.withholding_rate)
    is distinct from (old.tenant_id, old.id, old.type, old.amount, old.currency, old.shareholder_id, old.plan_id, old.dividend_id, old.compensates, old.adjustment_id, old.adjusts, old.reverses, old.source_account, old.created_at, old.withheld, old.withholding, old.withholding_rate)
  then
    raise exception 'a transaction changes only its status' using errcode = 'check_violation', constraint = 'transactions_immutable';
  end if;
  if new.version <> old.version + 1 then
    raise exception 'a transaction changes one version at a time' using errcode = 'check_violation', constraint = 'transactions_versions';
  end if;
  if new.status <> old.status then
    if (old.status, new.status) not in (('PENDING', 'SENT'), ('PENDING', 'FAILED'), ('PENDING', 'CANCELLED'), ('SENT', 'SETTLED'), ('SENT', 'FAILED')) then
      raise exception 'a transaction does not go from % to %', old.status, new.status
        using errcode = 'check_violation', constraint = 'transactions_legal_transition';
    end if;
    insert into transaction_transitions (tenant_id, transaction_id, version, from_status, to_status, return_code)
      values (new.tenant_id, new.id, new.version, old.status, new.status, new.return_code);
  end if;
  return new;
end
$$;
