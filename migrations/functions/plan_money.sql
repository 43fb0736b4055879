-- Returns the money of a plan today, in minor units: all that is there, what is dated ahead, what is vested and not paid out, and what is unvested of the
-- employer's, forfeited money included. This is the only place that says so: answers, the guard of payments and forfeitures ask it, each of the row that it has.
create or replace function plan_money(plan uuid, employee bigint, employer bigint, forfeited bigint, distributed bigint, numerator bigint, denominator bigint)
  returns bigint[]
  language plpgsql stable
  as $$
declare
  ahead_employee constant bigint := pending_money(plan, 'EMPLOYEE');
  ahead_employer constant bigint := pending_money(plan, 'EMPLOYER');
  come constant bigint := employer - ahead_employer;
  vested constant bigint := div(come::numeric * numerator, denominator);
begin
  return array[employee - ahead_employee + come - forfeited - distributed, ahead_employee + ahead_employer,
    employee - ahead_employee + vested - distributed, come - vested];
end
$$;
grant execute on function plan_money to vestry_app;
