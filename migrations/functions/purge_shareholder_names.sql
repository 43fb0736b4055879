-- Erases the former names of holders that have been purged, and of no others. The instants at which they changed stay.
create or replace function purge_shareholder_names(holders uuid[]) returns integer
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  erased integer;
begin
  perform set_config('app.purging_names', 'on', true);
  update shareholder_names n set name = 'purged'
    from shareholders s
    where n.tenant_id = current_tenant() and n.shareholder_id = any (holders) and n.name <> 'purged'
      and s.tenant_id = n.tenant_id and s.id = n.shareholder_id and s.status = 'CLOSED' and s.purged_at is not null;
  get diagnostics erased = row_count;
  perform set_config('app.purging_names', 'off', true);
  return erased;
end
$$;
grant execute on function purge_shareholder_names to vestry_system;
