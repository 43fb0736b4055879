-- Returns what each holder of a class is owed of a pool, in minor units, numbered by holder. Largest remainder: everyone the whole part of the
-- share, one more to those with the largest fractions, ties by id.
create or replace function allot_pool(class text, pool bigint, as_of date, known_at timestamptz)
  returns table (n bigint, shareholder_id uuid, holdings numeric, amount numeric)
  language sql stable
  as $$
    select r.n, r.shareholder_id, r.holdings,
      r.whole + case when row_number() over (order by r.remainder desc, r.shareholder_id) <= pool - sum(r.whole) over () then 1 else 0 end
    from (
      select s.shareholder_id, s.holdings, s.n, div(s.product, s.shares) as whole, mod(s.product, s.shares) as remainder
      from (
        select p.shareholder_id, p.holdings, pool * p.holdings as product, sum(p.holdings) over () as shares,
          row_number() over (order by p.shareholder_id) as n
        from positions_at(class, as_of, known_at) p) as s) as r
  $$;
grant execute on function allot_pool to vestry_app;
