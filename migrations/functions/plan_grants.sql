-- Returns the grants of a plan, oldest first, as the rules of vesting read them; null for a plan of money. It is a function of its own so that its query is
-- planned once, not with every statement that lists plans.
create or replace function plan_grants(of_plan uuid, of_tenant uuid, granted numeric)
  returns json
  language plpgsql stable
  as $$
begin
  if granted = 0 then
    return null;
  end if;
  return (
    select json_agg(json_build_object('id', id, 'quantity', quantity::text, 'grant_date', grant_date, 'vesting_start', vesting_start,
      'vesting_schedule', vesting_schedule, 'allocation_type', allocation_type, 'accelerations', accelerations, 'event_on', event_on,
      'cancelled_on', cancelled_on) order by id)
    from grants where tenant_id = of_tenant and plan_id = of_plan);
end
$$;
grant execute on function plan_grants to vestry_app, vestry_system, vestry_report;
