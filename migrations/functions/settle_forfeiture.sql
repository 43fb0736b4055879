-- Forfeits what an ended plan holds unvested once all that is vested has reached the employee, or five years after the end; gives back what was
-- forfeited by an end that has been withdrawn, moved to a later day, or counted money that was taken back. Returns what it has moved. A plan that never held
-- anything vested is paid out when its final pay can't come any more.
create or replace function settle_forfeiture(of_plan uuid, day date) returns bigint
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  owner plans;
  money bigint[];
  unvested bigint;
  moved bigint := 0;
begin
  select * into owner from plans where tenant_id = current_tenant() and id = of_plan for update;
  if owner.id is null then
    return 0;
  end if;
  money := plan_money(owner.id, owner.employee_contributed, owner.employer_contributed, owner.forfeited, owner.distributed,
      owner.vested_numerator, owner.vested_denominator);
  unvested := case when owner.status = 'TERMINATED' then money[4] else 0 end;
  if owner.forfeited > unvested or (owner.forfeited < unvested and (
      (owner.terminated_on + interval '5 years')::date <= day
      or (money[2] = 0 and money[3] = 0 and owner.distributing = 0 and (owner.distributed > 0 or owner.terminated_on + 75 < day)))) then
    moved := unvested - owner.forfeited;
    perform move_forfeiture(of_plan, moved, day);
  end if;
  return moved;
end
$$;
grant execute on function settle_forfeiture to vestry_app;
