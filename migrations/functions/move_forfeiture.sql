-- Moves unvested money from a plan to the forfeiture account of its type, or back if less than zero. The money stays plan assets; who is owed it changes.
create or replace function move_forfeiture(of_plan uuid, moved bigint, effective date) returns void
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  owner plans;
  after bigint;
begin
  update plans set forfeited = forfeited + moved, version = version + 1, updated_at = now()
    where tenant_id = current_tenant() and id = of_plan returning * into strict owner;
  if moved > 0 then
    insert into forfeiture_accounts as a (plan_type, currency, balance) values (owner.plan_type, owner.currency, moved)
      on conflict (tenant_id, plan_type, currency) do update set balance = a.balance + moved returning balance into after;
    perform post_entry('PLAN_OBLIGATIONS', 'FORFEITURES', moved, owner.currency, 'forfeiture', null, null, effective);
  else
    update forfeiture_accounts set balance = balance + moved
      where tenant_id = current_tenant() and plan_type = owner.plan_type and currency = owner.currency returning balance into after;
    if not found then
      raise exception 'nothing was forfeited to the account'
        using errcode = 'check_violation', table = 'forfeiture_accounts', constraint = 'forfeiture_accounts_balance';
    end if;
    perform post_entry('FORFEITURES', 'PLAN_OBLIGATIONS', -moved, owner.currency, 'forfeiture-restored', null, null, effective);
  end if;
  insert into forfeiture_entries (plan_type, currency, kind, amount, balance_after, plan_id, effective_date) values
    (owner.plan_type, owner.currency, case when moved > 0 then 'FORFEITED' else 'RESTORED' end, moved, after, of_plan, effective);
end
$$;
