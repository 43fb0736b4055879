-- Freezes who is owed what, in one statement over the ledger, and cuts the holders into chunks. Answers the new state, or
-- null when the dividend isn't waiting for its snapshot. `known_at` is a settled_instant().
--
-- snapshot_sha256: the lines `<shareholder id>,<holdings without trailing zeros>,<amount in minor units>\n`, in the order of
-- ids, are cut into blocks of a thousand; it is the SHA-256 of the blocks' SHA-256, each in hexadecimal with `\n`. A line from which tax is withheld
-- has `,<minor units withheld>` before the `\n`.
--
-- `residual` of the fractions of a split is to 16 places.
--
-- Tax is withheld by the forms that are on record now, as far as they hold on the payable date.
create or replace function take_dividend_snapshot(dividend uuid, known_at timestamptz, holders_per_chunk integer) returns text
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  d dividends;
  milliseconds constant text := lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0');
  series constant text := right(gen_random_uuid()::text, 10);
  found_holders integer;
  total bigint;
  shares numeric;
  sha256_of_blocks text;
  withholds constant boolean := withholds_tax();
  withheld_total bigint;
begin
  select * into d from dividends where tenant_id = current_tenant() and id = dividend and state = 'DECLARED' for update;
  if not found then
    return null;
  end if;
  begin
    insert into dividend_lines (dividend_id, shareholder_id, holdings, amount, transaction_id, withheld, withholding, withholding_rate)
      select dividend, l.shareholder_id, l.holdings, l.amount, case when l.amount > 0 then uuid_v7_in_series(milliseconds, l.n, series) end,
        l.withheld, l.withholding, l.withholding_rate
      from allot_net(d.security_class, d.rate_per_share, d.total_pool, d.exponent::integer, d.record_date, known_at, withholds, d.payable_date,
        d.numerator, d.denominator) as l
      order by l.shareholder_id;
    get diagnostics found_holders = row_count;

    insert into dividend_chunks (dividend_id, first_shareholder_id, last_shareholder_id, holders)
      select dividend, min(l.shareholder_id::text)::uuid, max(l.shareholder_id::text)::uuid, count(*)
      from (select shareholder_id, row_number() over (order by shareholder_id) as n from dividend_lines
        where tenant_id = current_tenant() and dividend_id = dividend) as l
      group by (l.n - 1) / holders_per_chunk
      order by 2;

    select coalesce(sum(b.amount), 0), coalesce(sum(b.withheld), 0), coalesce(sum(b.holdings), 0), encode(sha256(convert_to(coalesce(string_agg(b.digest || E'\n', '' order by b.block), ''), 'UTF8')), 'hex')
      into total, withheld_total, shares, sha256_of_blocks
      from (
        select (l.n - 1) / 1000 as block, sum(l.amount) as amount, sum(l.withheld) as withheld,
          -- The shares that are paid for; of a split what is left over, times the denominator.
          sum(case when d.denominator is null then l.holdings else mod(l.holdings * d.numerator, d.denominator) end) as holdings,
          encode(sha256(convert_to(string_agg(l.shareholder_id || ',' || trim_scale(l.holdings) || ',' || l.amount
            || case when l.withheld > 0 then ',' || l.withheld else '' end || E'\n', '' order by l.n), 'UTF8')), 'hex') as digest
        from (select shareholder_id, holdings, amount, withheld, row_number() over (order by shareholder_id) as n from dividend_lines
          where tenant_id = current_tenant() and dividend_id = dividend) as l
        group by 1) as b;
  exception when numeric_value_out_of_range then
    update dividends set state = 'CANCELLED', cancel_reason = 'TOO_LARGE', version = version + 1, updated_at = now()
      where tenant_id = d.tenant_id and id = dividend;
    return 'CANCELLED';
  end;

  update dividends set
      state = case when found_holders = 0 then 'CANCELLED' else 'SNAPSHOT' end,
      cancel_reason = case when found_holders = 0 then 'NO_HOLDERS' end,
      holders = found_holders,
      total_amount = total,
      withheld_amount = withheld_total,
      residual = trim_scale(total / 10::numeric ^ d.exponent::integer
        - case when found_holders = 0 then 0 else coalesce(case when d.denominator is null then shares * d.rate_per_share
            else round(shares * d.rate_per_share / d.denominator, 16) end, d.total_pool / 10::numeric ^ d.exponent::integer) end),
      snapshot_sha256 = sha256_of_blocks,
      positions_known_at = known_at,
      version = version + 1,
      updated_at = now()
    where tenant_id = d.tenant_id and id = dividend
    returning state into d.state;
  return d.state;
end
$$;
grant execute on function take_dividend_snapshot to vestry_app;
