-- Stores the answer of a request under its key, in the transaction of its effect. Raises unless the execution still owns the key,
-- so that the statements after it don't run.
create or replace function complete_idempotency_key(key text, execution uuid, answer json) returns void
  language plpgsql
  as $$
begin
  update idempotency_keys set status = 'COMPLETED', response = answer
    where tenant_id = current_tenant() and id = key and owner = execution and status = 'INPROGRESS';
  if not found then
    raise exception 'another execution has taken over the key'
      using errcode = 'check_violation', table = 'idempotency_keys', constraint = 'idempotency_keys_owned';
  end if;
end
$$;
revoke execute on function complete_idempotency_key from public;
grant execute on function complete_idempotency_key to vestry_app;
