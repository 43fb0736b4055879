-- Returns what each holder of a class is owed at a rate, in minor units, numbered by holder: rounded half to even.
create or replace function allot_at_rate(class text, rate numeric, exponent integer, as_of date, known_at timestamptz)
  returns table (n bigint, shareholder_id uuid, holdings numeric, amount numeric)
  language sql stable
  as $$
    select row_number() over (order by p.shareholder_id), p.shareholder_id, p.holdings, round_half_even(p.holdings * rate * 10::numeric ^ exponent)
    from positions_at(class, as_of, known_at) p
  $$;
grant execute on function allot_at_rate to vestry_app;
