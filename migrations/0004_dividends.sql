-- Dividends: declared, frozen at the record date into one line a holder, then one transaction a line that isn't zero.
-- Amounts are minor units of the currency.

create table dividends (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  state text not null default 'DECLARED' check (state in ('DECLARED', 'SNAPSHOT', 'PENDING', 'PAYING', 'PAID', 'CANCELLED')),
  security_class text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- Decimal places of the currency's minor unit: ISO 4217 is known to the application alone.
  exponent smallint not null check (exponent between 0 and 4),
  rate_per_share numeric(28, 8) check (rate_per_share > 0),
  total_pool bigint check (total_pool > 0),
  declaration_date date not null,
  record_date date not null,
  payable_date date not null,
  -- What the snapshot found; null until then.
  holders integer,
  total_amount bigint,
  -- total_amount - what is owed exactly, in units of the currency: the sum of all roundings.
  residual numeric,
  snapshot_sha256 text check (snapshot_sha256 ~ '^[0-9a-f]{64}$'),
  -- Entries of the ledger that were recorded later don't count, so that the snapshot can be made again.
  positions_known_at timestamptz,
  cancel_reason text check (cancel_reason in ('REQUESTED', 'NO_HOLDERS', 'TOO_LARGE')),
  idempotency_key text not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  -- Money moves: a key declares one dividend for ever, also after its stored answer has expired.
  constraint dividends_idempotency_key unique (tenant_id, idempotency_key),
  constraint dividends_rate_or_pool check ((rate_per_share is null) <> (total_pool is null)),
  constraint dividends_dates check (declaration_date <= record_date and record_date <= payable_date and payable_date - record_date <= 60),
  constraint dividends_snapshot_whole check (num_nulls(holders, total_amount, residual, snapshot_sha256, positions_known_at) in (0, 5)),
  constraint dividends_snapshot_taken check (state in ('DECLARED', 'CANCELLED') or holders is not null),
  constraint dividends_pool_is_spent check (total_pool is null or holders is null or holders = 0 or total_amount = total_pool),
  constraint dividends_cancelled_for_a_reason check ((state = 'CANCELLED') = (cancel_reason is not null))
);
create index dividends_unfinished on dividends (state, record_date) where state not in ('PAID');
call scope_by_tenant('dividends', 'select, insert, update');

-- The frozen entitlement. Written only by take_dividend_snapshot below, from the ledger, whose holders exist and are never
-- deleted: foreign keys would say the same again for every line, at five times the cost of the line.
create table dividend_lines (
  tenant_id uuid not null default current_tenant(),
  dividend_id uuid not null,
  shareholder_id uuid not null,
  holdings numeric(28, 8) not null check (holdings > 0),
  amount bigint not null check (amount >= 0),
  -- Given before the transaction exists, in the order of holders: a second attempt finds the first by its primary key,
  -- and rows enter the index at its end. None for an amount that rounds to zero.
  transaction_id uuid,
  primary key (tenant_id, dividend_id, shareholder_id),
  constraint dividend_lines_zero_is_not_paid check ((amount = 0) = (transaction_id is null))
);
call scope_by_tenant('dividend_lines', 'select');
call append_only('dividend_lines');

-- What is left to do: ranges of holders, each one message. A holder who fails alone becomes a range of its own.
create table dividend_chunks (
  tenant_id uuid not null default current_tenant(),
  dividend_id uuid not null,
  first_shareholder_id uuid not null,
  last_shareholder_id uuid not null check (last_shareholder_id >= first_shareholder_id),
  holders integer not null check (holders > 0),
  -- QUEUED → DONE, or FAILED when its message was dead-lettered; VOIDING → VOID when the dividend is cancelled.
  state text not null default 'QUEUED' check (state in ('QUEUED', 'DONE', 'FAILED', 'VOIDING', 'VOID')),
  -- Null until its message is known to be on the queue.
  enqueued_at timestamptz,
  primary key (tenant_id, dividend_id, first_shareholder_id, last_shareholder_id),
  foreign key (tenant_id, dividend_id) references dividends
);
create index dividend_chunks_open on dividend_chunks (tenant_id, dividend_id) where state in ('QUEUED', 'FAILED', 'VOIDING');
call scope_by_tenant('dividend_chunks', 'select, insert, update');

-- A holder is paid once. That the payment is the line's is proved for all of them together (guard_dividend below).
alter table transactions add constraint transactions_dividend_has_holder
  check (dividend_id is null or shareholder_id is not null);
create unique index transactions_dividend_holder on transactions (tenant_id, dividend_id, shareholder_id)
  where dividend_id is not null and compensates is null;
alter table journal add foreign key (tenant_id, dividend_id) references dividends;

-- Half to even at the minor unit. The same rule as shared/dividends/calculate-dividend.ts, for amounts that are not negative.
create function round_half_even(exact numeric) returns numeric
  language sql immutable parallel safe
  return round(exact) - case when exact - trunc(exact) = 0.5 and mod(trunc(exact), 2) = 0 then 1 else 0 end;

-- UUIDs version 7 of one instant that count up: 48 bits of milliseconds, the count in the 32 bits around the variant, and 40
-- bits that are the series' own. `milliseconds` and `series` are hexadecimal, twelve and ten digits.
create function uuid_v7_in_series(milliseconds text, n bigint, series text) returns uuid
  language sql immutable parallel safe
  -- 7 is the version, 8 the variant: 0x7_nnn_8_nnnnn.
  return (milliseconds || to_hex(x'7000800000'::bigint + ((n >> 20) << 24) + (n & 1048575)) || series)::uuid;

-- Positions of a class at the close of a day, as far as they were recorded by an instant.
create function positions_at(class text, as_of date, known_at timestamptz) returns table (shareholder_id uuid, holdings numeric)
  language sql stable
  begin atomic
    select e.shareholder_id, sum(e.delta)
    from position_entries e
    where e.tenant_id = current_tenant() and e.security_class = class and e.effective_date <= as_of and e.recorded_at <= known_at
    group by e.shareholder_id
    having sum(e.delta) > 0;
  end;

-- Freezes who is owed what, in one statement over the ledger, and cuts the holders into chunks. Answers the new state, or
-- null when the dividend isn't waiting for its snapshot. `known_at` is a settled_instant().
--
-- snapshot_sha256: the lines `<shareholder id>,<holdings without trailing zeros>,<amount in minor units>\n`, in the order of
-- ids, are cut into blocks of a thousand; it is the SHA-256 of the blocks' SHA-256, each in hexadecimal with `\n`.
create function take_dividend_snapshot(dividend uuid, known_at timestamptz, holders_per_chunk integer) returns text
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
begin
  select * into d from dividends where tenant_id = current_tenant() and id = dividend and state = 'DECLARED' for update;
  if not found then
    return null;
  end if;
  begin
    if d.rate_per_share is not null then
      insert into dividend_lines (dividend_id, shareholder_id, holdings, amount, transaction_id)
        select dividend, l.shareholder_id, l.holdings, l.amount, case when l.amount > 0 then uuid_v7_in_series(milliseconds, l.n, series) end
        from (
          select p.shareholder_id, p.holdings, round_half_even(p.holdings * d.rate_per_share * 10::numeric ^ d.exponent::integer) as amount,
            row_number() over (order by p.shareholder_id) as n
          from positions_at(d.security_class, d.record_date, known_at) p) as l
        order by l.shareholder_id;
    else
      -- Largest remainder: everyone the whole part of the share, one more to those with the largest fractions, ties by id.
      insert into dividend_lines (dividend_id, shareholder_id, holdings, amount, transaction_id)
        select dividend, l.shareholder_id, l.holdings, l.amount, case when l.amount > 0 then uuid_v7_in_series(milliseconds, l.n, series) end
        from (
          select r.shareholder_id, r.holdings, r.n,
            r.whole + case when row_number() over (order by r.remainder desc, r.shareholder_id) <= d.total_pool - sum(r.whole) over () then 1 else 0 end as amount
          from (
            select s.shareholder_id, s.holdings, s.n, div(s.product, s.shares) as whole, mod(s.product, s.shares) as remainder
            from (
              select p.shareholder_id, p.holdings, d.total_pool * p.holdings as product, sum(p.holdings) over () as shares,
                row_number() over (order by p.shareholder_id) as n
              from positions_at(d.security_class, d.record_date, known_at) p) as s) as r) as l
        order by l.shareholder_id;
    end if;
    get diagnostics found_holders = row_count;

    insert into dividend_chunks (dividend_id, first_shareholder_id, last_shareholder_id, holders)
      select dividend, min(l.shareholder_id::text)::uuid, max(l.shareholder_id::text)::uuid, count(*)
      from (select shareholder_id, row_number() over (order by shareholder_id) as n from dividend_lines
        where tenant_id = current_tenant() and dividend_id = dividend) as l
      group by (l.n - 1) / holders_per_chunk
      order by 2;

    select coalesce(sum(b.amount), 0), coalesce(sum(b.holdings), 0), encode(sha256(convert_to(coalesce(string_agg(b.digest || E'\n', '' order by b.block), ''), 'UTF8')), 'hex')
      into total, shares, sha256_of_blocks
      from (
        select (l.n - 1) / 1000 as block, sum(l.amount) as amount, sum(l.holdings) as holdings,
          encode(sha256(convert_to(string_agg(l.shareholder_id || ',' || trim_scale(l.holdings) || ',' || l.amount || E'\n', '' order by l.n), 'UTF8')), 'hex') as digest
        from (select shareholder_id, holdings, amount, row_number() over (order by shareholder_id) as n from dividend_lines
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
      residual = trim_scale(total / 10::numeric ^ d.exponent::integer
        - case when found_holders = 0 then 0 else coalesce(shares * d.rate_per_share, d.total_pool / 10::numeric ^ d.exponent::integer) end),
      snapshot_sha256 = sha256_of_blocks,
      positions_known_at = known_at,
      version = version + 1,
      updated_at = now()
    where tenant_id = d.tenant_id and id = dividend
    returning state into d.state;
  return d.state;
end
$$;

-- The sums of a dividend, from its lines and its transactions. `unmatched` counts the holders whose line and transaction
-- differ, or who have one without the other.
create function reconcile_dividend(dividend uuid)
  returns table (lines bigint, lines_total numeric, payable bigint, transactions bigint, transactions_total numeric, unmatched bigint)
  language sql stable
  begin atomic
    select count(l.shareholder_id), coalesce(sum(l.amount), 0), count(l.transaction_id),
      count(t.id), coalesce(sum(t.amount), 0),
      count(*) filter (where l.transaction_id is distinct from t.id or (t.id is not null and t.amount is distinct from l.amount))
    from (select shareholder_id, amount, transaction_id from dividend_lines
        where tenant_id = current_tenant() and dividend_id = dividend) as l
      full join (select shareholder_id, amount, id from transactions
        where tenant_id = current_tenant() and dividend_id = dividend and compensates is null) as t using (shareholder_id);
  end;

create function guard_dividend() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  sums record;
begin
  if (new.tenant_id, new.id, new.security_class, new.currency, new.exponent, new.rate_per_share, new.total_pool,
      new.declaration_date, new.record_date, new.payable_date, new.idempotency_key, new.created_at)
    is distinct from (old.tenant_id, old.id, old.security_class, old.currency, old.exponent, old.rate_per_share, old.total_pool,
      old.declaration_date, old.record_date, old.payable_date, old.idempotency_key, old.created_at)
    or old.state <> 'DECLARED' and (new.holders, new.total_amount, new.residual, new.snapshot_sha256, new.positions_known_at)
      is distinct from (old.holders, old.total_amount, old.residual, old.snapshot_sha256, old.positions_known_at)
  then
    raise exception 'the terms and the snapshot of a dividend do not change' using errcode = 'check_violation', constraint = 'dividends_immutable';
  end if;
  if new.version <> old.version + 1 then
    raise exception 'a dividend changes one version at a time' using errcode = 'check_violation', constraint = 'dividends_versions';
  end if;
  if new.state <> old.state and (old.state, new.state) not in (
    ('DECLARED', 'SNAPSHOT'), ('SNAPSHOT', 'PENDING'), ('PENDING', 'PAYING'), ('PENDING', 'PAID'), ('PAYING', 'PAID'),
    ('DECLARED', 'CANCELLED'), ('SNAPSHOT', 'CANCELLED'), ('PENDING', 'CANCELLED'))
  then
    raise exception 'a dividend does not go from % to %', old.state, new.state
      using errcode = 'check_violation', constraint = 'dividends_legal_transition';
  end if;
  if old.state <> new.state and new.state in ('PENDING', 'PAID') then
    select * into sums from reconcile_dividend(new.id);
    if (sums.lines, sums.lines_total, sums.transactions, sums.transactions_total, sums.unmatched)
      is distinct from (new.holders::bigint, new.total_amount::numeric, sums.payable, new.total_amount::numeric, 0::bigint)
    then
      raise exception 'the lines and the transactions of dividend % do not add up', new.id
        using errcode = 'check_violation', constraint = 'dividends_reconciled';
    end if;
  end if;
  return new;
end
$$;
create trigger guard_dividend before update on dividends for each row execute function guard_dividend();

-- The liability appears with the transactions that pay it, and goes when they are voided.
create function post_dividend() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if new.total_amount > 0 and new.state = 'PENDING' then
    insert into journal (debit_account, credit_account, amount, currency, reason, dividend_id, effective_date)
      values ('DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', new.total_amount, new.currency, 'dividend-declared', new.id, new.record_date);
  elsif new.total_amount > 0 and old.state = 'PENDING' and new.state = 'CANCELLED' then
    insert into journal (debit_account, credit_account, amount, currency, reason, dividend_id, effective_date)
      values ('DIVIDENDS_PAYABLE', 'DIVIDENDS_DECLARED', new.total_amount, new.currency, 'dividend-cancelled', new.id, current_date);
  end if;
  return null;
end
$$;
create trigger post_dividend after update on dividends for each row
  when (new.state <> old.state) execute function post_dividend();
create unique index journal_once_a_dividend on journal (tenant_id, dividend_id, reason) where transaction_id is null and dividend_id is not null;

-- The first payment that leaves turns its dividend to PAYING, and from then on it can't be cancelled: both change one row.
create function guard_dividend_payment() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  dividend_state text;
begin
  select state into dividend_state from dividends where tenant_id = new.tenant_id and id = new.dividend_id;
  if dividend_state = 'PENDING' then
    update dividends set state = 'PAYING', version = version + 1, updated_at = now()
      where tenant_id = new.tenant_id and id = new.dividend_id and state = 'PENDING';
    select state into dividend_state from dividends where tenant_id = new.tenant_id and id = new.dividend_id;
  end if;
  if dividend_state <> 'PAYING' then
    raise exception 'the dividend is %', dividend_state using errcode = 'check_violation', constraint = 'transactions_dividend_is_paying';
  end if;
  return new;
end
$$;
create trigger guard_dividend_payment before update on transactions for each row
  when (old.status = 'PENDING' and new.status = 'SENT' and new.dividend_id is not null)
  execute function guard_dividend_payment();
