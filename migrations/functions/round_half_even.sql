-- Rounds half to even at the minor unit, for amounts that are not negative. tests/oracles/calculate-dividend.ts is its oracle.
create or replace function round_half_even(exact numeric) returns numeric
  language sql immutable parallel safe
  return round(exact) - case when exact - trunc(exact) = 0.5 and mod(trunc(exact), 2) = 0 then 1 else 0 end;
grant execute on function round_half_even to vestry_app;
