-- Returns what each holder of a class is owed, at a rate, of a pool, or for the fraction that a split leaves over at the price of a share, and what is
-- withheld from it, in minor units, numbered by holder. An issuer who
-- withholds does so by the forms that hold on the day on which it can be paid, and from a holder who has certified nothing at the backup rate.
create or replace function allot_net(
    class text, per_share numeric, pool bigint, exponent integer, as_of date, known_at timestamptz, withholds boolean, paid_on date,
    numerator integer, denominator integer)
  returns table (n bigint, shareholder_id uuid, holdings numeric, amount numeric, withheld numeric, withholding text, withholding_rate numeric)
  language sql stable
  as $$
    select l.n, l.shareholder_id, l.holdings, l.amount, coalesce(round_half_even(l.amount * l.percent * 0.01), 0), l.rule, l.percent
    from (
      select a.n, a.shareholder_id, a.holdings, a.amount,
        case when withholds then case when s.shareholder_id is null then 'BACKUP' else s.withholding end end as rule,
        case when withholds then case when s.shareholder_id is null then backup_withholding_rate() else s.rate end end as percent
      from (
          select r.n, r.shareholder_id, r.holdings, r.amount from allot_at_rate(class, per_share, exponent, as_of, known_at) r
            where pool is null and denominator is null
          union all
          select f.n, f.shareholder_id, f.holdings, f.amount from allot_fractions(class, per_share, exponent, as_of, known_at, numerator, denominator) f
            where denominator is not null
          union all
          select p.n, p.shareholder_id, p.holdings, p.amount from allot_pool(class, pool, as_of, known_at) p where pool is not null) a
        left join (select w.shareholder_id, w.withholding, w.rate from withholding_statuses(paid_on) w where withholds) s
          on s.shareholder_id = a.shareholder_id) l
  $$;
grant execute on function allot_net to vestry_app;
