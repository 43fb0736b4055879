-- An order belongs to one transaction, and what was decided stays decided.
create or replace function guard_payment_order() returns trigger
  language plpgsql
  as $$
begin
  if (new.tenant_id, new.transaction_id, new.bank_account_id, new.channel, new.replaces, new.requested_by, new.idempotency_key, new.not_before)
    is distinct from (old.tenant_id, old.transaction_id, old.bank_account_id, old.channel, old.replaces, old.requested_by, old.idempotency_key, old.not_before)
    or old.released_at is not null and new.released_at is distinct from old.released_at
    or old.cancelled_by is not null and (new.cancelled_by, new.cancel_reason) is distinct from (old.cancelled_by, old.cancel_reason)
  then
    raise exception 'an order to pay does not change' using errcode = 'check_violation', constraint = 'payment_orders_immutable';
  end if;
  if new.approval <> old.approval and old.approval <> 'REQUIRED' then
    raise exception 'the approval of % is %', new.transaction_id, old.approval
      using errcode = 'check_violation', constraint = 'payment_orders_decided_once';
  end if;
  if old.released_at is null and new.released_at is not null and new.not_before > today() then
    raise exception '% is not paid before %', new.transaction_id, new.not_before
      using errcode = 'check_violation', constraint = 'payment_orders_not_before';
  end if;
  if old.released_at is null and new.released_at is not null and not exists (select from bank_accounts
    where tenant_id = new.tenant_id and id = new.bank_account_id and approval in ('NOT_NEEDED', 'APPROVED') and usable_from <= present_instant()
      and coalesce(prenote, 'PASSED') = 'PASSED')
  then
    raise exception 'the account of % may not be paid into yet', new.transaction_id
      using errcode = 'check_violation', constraint = 'payment_orders_account_approved';
  end if;
  return new;
end
$$;
