-- Returns whether a holder's shares are the issuer's own, as far as is known now. Its plan is kept by the connection: as a function in SQL it was
-- planned with every read of a holder, for longer than the rest of the read took.
create or replace function is_treasury(holder uuid) returns boolean
  language plpgsql stable
  as $$
begin
  return coalesce((
    select e.treasury from treasury_entries e
    where e.tenant_id = current_tenant() and e.shareholder_id = holder order by e.id desc limit 1), false);
end
$$;
grant execute on function is_treasury to vestry_app;
