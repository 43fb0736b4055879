-- Ends a release run, and answers whether it could: the issuer settles or declines what it was offered, the sponsor cancels what is not settled. It runs
-- with the owner's rights since the run is the sponsor's row, and leaves the caller's context as it found it. Shares of a run that isn't settled are
-- their grants' again.
create or replace function end_release(of_release uuid, becomes text, class text, why text) returns boolean
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  caller constant uuid := current_tenant();
  day constant date := today();
  run releases;
  may_end boolean;
begin
  select * into run from releases where id = of_release and case when becomes = 'CANCELLED' then tenant_id = caller else issuer_tenant_id = caller end;
  if not found then
    return false;
  end if;
  perform set_config('app.tenant_id', run.tenant_id::text, true);
  -- Both sides still want it: the issuer links the sponsor, and the sponsor is not suspended.
  may_end := becomes <> 'SETTLED' or run.issuer_tenant_id = any (linking_issuers(run.tenant_id))
    and exists (select from tenant_directory where id = run.tenant_id and status = 'ACTIVE');
  update releases set state = becomes, security_class = class, settled_on = case when becomes = 'SETTLED' then day end, decline_reason = why,
      version = version + 1, updated_at = now()
    where tenant_id = run.tenant_id and id = of_release and may_end and (state = 'OFFERED' or becomes = 'CANCELLED' and state = 'PROPOSED');
  may_end := found;
  if may_end and becomes = 'SETTLED' and exists (
    select from release_lines where tenant_id = run.tenant_id and release_id = of_release
    having (sum(vested), sum(withheld)) is distinct from (run.vested, run.withheld)) then
    raise exception 'the lines of release % are not what was approved', of_release;
  end if;
  if may_end and becomes <> 'SETTLED' then
    update grants g set released_quantity = g.released_quantity - l.vested
      from release_lines l
      where l.tenant_id = run.tenant_id and l.release_id = of_release
        and g.tenant_id = l.tenant_id and g.plan_id = l.plan_id and g.id = l.grant_id;
  end if;
  perform set_config('app.tenant_id', caller::text, true);
  return may_end;
end
$$;
grant execute on function end_release to vestry_app;
