-- Returns the name of a plan participant, for lists of other rooms; null where the census has none, or it was erased.
create or replace function participant_name(employee text) returns text
  language plpgsql stable
  as $$
begin
  return (select p.name from participants p where p.tenant_id = current_tenant() and p.employee_id = employee and p.purged_at is null);
end
$$;
grant execute on function participant_name to vestry_app;
