-- Returns whether a holder's shares are the issuer's own, as far as is known now.
create or replace function is_treasury(holder uuid) returns boolean
  language sql stable
  as $$
    select coalesce((
      select e.treasury from treasury_entries e
      where e.tenant_id = current_tenant() and e.shareholder_id = holder order by e.id desc limit 1), false)
  $$;
grant execute on function is_treasury to vestry_app;
