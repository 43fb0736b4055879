-- Records what has changed of holders: the difference of their holdings, as the change says that their rows name, and the names
-- that were replaced. No day may end with less than nothing in a class.
create or replace function record_changed_positions() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  recorded timestamptz;
  -- Scalars, since a field of a record is looked up again for every row.
  change_id bigint;
  class text;
  effective date;
  why text;
  origin text;
  overdrawn uuid;
begin
  if not exists (select from changed) then
    return null;
  end if;
  perform pg_advisory_xact_lock_shared(ledger_lock_key(current_tenant()));
  recorded := clock_timestamp();
  -- A statement writes the holdings of one change. The row of any holder tells which.
  select id, security_class, effective_date, reason, source into change_id, class, effective, why, origin from position_changes
    where tenant_id = current_tenant() and created_at = now()
      and id = (select position_change_id from changed where position_change_id is not null limit 1);
  if not found and exists (
    select from changed n join previous o using (tenant_id, id) where n.holdings <> o.holdings) then
    raise exception 'holdings without a change of positions that says why'
      using errcode = 'check_violation', table = 'shareholders', constraint = 'shareholders_holdings_have_a_change';
  end if;
  -- Without a class, an entry is refused: that of a holder whose row names another change.
  insert into position_entries (tenant_id, shareholder_id, security_class, delta, effective_date, recorded_at, reason, source)
    select n.tenant_id, n.id, case when n.position_change_id = change_id then class end, n.holdings - o.holdings,
      effective, recorded, why, origin
    from changed n join previous o using (tenant_id, id) where n.holdings <> o.holdings;
  insert into issuance_entries (tenant_id, security_class, delta)
    select current_tenant(), class, after.holdings - before.holdings
    from (select sum(holdings) as holdings from changed) after, (select sum(holdings) as holdings from previous) before
    where after.holdings <> before.holdings;
  if found then
    perform refuse_unauthorized_shares(class);
  end if;
  insert into shareholder_names (tenant_id, shareholder_id, replaced_at, name)
    select o.tenant_id, o.id, recorded, o.name
    from changed n join previous o using (tenant_id, id) where n.name <> o.name;
  -- One class can't be overdrawn while another hides it in the sum. Only registers with several classes can.
  if exists (select from position_entries where security_class <> 'COMMON') then
    select n.id into overdrawn
      from changed n join previous o using (tenant_id, id)
      where n.holdings < o.holdings and 0 > (
        select sum(e.delta) from position_entries e
        where e.tenant_id = n.tenant_id and e.shareholder_id = n.id and e.security_class = class)
      limit 1;
    if found then
      raise exception 'position of % in class % would be negative', overdrawn, class
        using errcode = 'check_violation', constraint = 'position_entries_not_negative';
    end if;
  end if;
  -- What is taken back-dated may have been given away since: no day from then on may close below zero.
  if effective < today() then
    select n.id into overdrawn
      from changed n join previous o using (tenant_id, id)
      where n.holdings < o.holdings and exists (
        select from (
          select e.effective_date, sum(e.delta) over (order by e.effective_date) as closing
          from position_entries e
          where e.tenant_id = n.tenant_id and e.shareholder_id = n.id and e.security_class = class) as days
        where effective_date >= effective and closing < 0)
      limit 1;
    if found then
      raise exception 'position of % in class % would have been negative after %', overdrawn, class, effective
        using errcode = 'check_violation', constraint = 'position_entries_not_negative';
    end if;
  end if;
  return null;
end
$$;
