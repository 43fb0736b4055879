-- Returns the name of the participant whose plan it is, for lists of other rooms.
create or replace function plan_participant_name(plan uuid) returns text
  language plpgsql stable
  as $$
begin
  return (select participant_name(p.employee_id) from plans p where p.tenant_id = current_tenant() and p.id = plan);
end
$$;
grant execute on function plan_participant_name to vestry_app;
