-- Records the positions that new holders come with, as the change says that their rows name. Also refuses holders of no tenant.
create or replace function record_new_positions() returns trigger
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
begin
  perform pg_advisory_xact_lock_shared(ledger_lock_key(current_tenant()));
  recorded := clock_timestamp();
  -- A statement writes the holdings of one change. The row of any holder tells which.
  select id, security_class, effective_date, reason, source into change_id, class, effective, why, origin from position_changes
    where tenant_id = current_tenant() and created_at = now()
      and id = (select position_change_id from inserted where position_change_id is not null limit 1);
  if not found and exists (select from inserted where holdings <> 0) then
    raise exception 'holdings without a change of positions that says why'
      using errcode = 'check_violation', table = 'shareholders', constraint = 'shareholders_holdings_have_a_change';
  end if;
  -- Without a class, an entry is refused: that of a holder whose row names another change.
  insert into position_entries (tenant_id, shareholder_id, security_class, delta, effective_date, recorded_at, reason, source)
    select tenant_id, id, case when position_change_id = change_id then class end, holdings,
      effective, recorded, why, origin
    from inserted where holdings <> 0;
  insert into issuance_entries (tenant_id, security_class, delta)
    select current_tenant(), class, sum(holdings) from inserted having sum(holdings) <> 0;
  if found then
    perform refuse_unauthorized_shares(class);
  end if;
  if exists (select from inserted i where not exists (select from tenants t where t.id = i.tenant_id)) then
    raise exception 'a shareholder of no tenant'
      using errcode = 'foreign_key_violation', table = 'shareholders', constraint = 'shareholders_tenant_id_fkey';
  end if;
  return null;
end
$$;
