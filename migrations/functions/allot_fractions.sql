-- Returns what each holder of a class is paid for the fraction of a share that a split leaves over, in minor units, numbered by holder: rounded half
-- to even, by whole numbers, so that the division rounds once. `holdings` are the shares before the split; who has no fraction has no line.
create or replace function allot_fractions(
    class text, price numeric, exponent integer, as_of date, known_at timestamptz, numerator integer, denominator integer)
  returns table (n bigint, shareholder_id uuid, holdings numeric, amount numeric)
  language sql stable
  as $$
    select row_number() over (order by f.shareholder_id), f.shareholder_id, f.holdings,
      div(f.owed, denominator) + case
        when 2 * mod(f.owed, denominator) > denominator then 1
        when 2 * mod(f.owed, denominator) = denominator then mod(div(f.owed, denominator), 2)
        else 0 end
    from (
      -- Times the denominator.
      select p.shareholder_id, p.holdings, mod(p.holdings * numerator, denominator) * price * 10::numeric ^ exponent as owed
      from positions_at(class, as_of, known_at) p
      where mod(p.holdings * numerator, denominator) > 0) f
  $$;
grant execute on function allot_fractions to vestry_app;
