-- Returns the name of whom a payment pays, for lists of what is about payments; null once it was erased.
create or replace function payee_name(payment uuid) returns text
  language plpgsql stable
  as $$
begin
  return (select coalesce(holder_name(t.shareholder_id), plan_participant_name(t.plan_id))
    from ledger_transactions t where t.tenant_id = current_tenant() and t.id = payment);
end
$$;
grant execute on function payee_name to vestry_app;
