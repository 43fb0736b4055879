-- Refuses to pay out of a plan, or to take back, what has not come yet: the check on the row counts all that was ever entered, also ahead of its day.
create or replace function guard_paid_out() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if (plan_money(new.id, new.employee_contributed, new.employer_contributed, new.forfeited, new.distributed,
      new.vested_numerator, new.vested_denominator))[3] < 0 then
    raise exception 'the money has not come yet' using errcode = 'check_violation', table = 'plans', constraint = 'plans_distributed_at_most_vested';
  end if;
  return null;
end
$$;
