create or replace function record_new_positions() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  recorded timestamptz;
  class text := ledger_setting('security_class', 'COMMON');
  effective date := ledger_setting('effective_date', current_date::text)::date;
  why text := ledger_setting('reason', 'opening');
  origin text := ledger_setting('source', 'system');
begin
  perform pg_advisory_xact_lock_shared(ledger_lock_key(current_tenant()));
  recorded := clock_timestamp();
  insert into position_entries (tenant_id, shareholder_id, security_class, delta, effective_date, recorded_at, reason, source)
    select tenant_id, id, class, holdings, effective, recorded, why, origin from inserted where holdings <> 0;
  if exists (select from inserted i where not exists (select from tenants t where t.id = i.tenant_id)) then
    raise exception 'a shareholder of no tenant'
      using errcode = 'foreign_key_violation', table = 'shareholders', constraint = 'shareholders_tenant_id_fkey';
  end if;
  return null;
end
$$;
