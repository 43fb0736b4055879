-- Returns what was entered into a plan, from EMPLOYER or from all other sources, ahead of its day, which has not come: it can't be paid out yet. An entry is dated at most
-- 31 days ahead, so only those of the last days can be pending, and ids are in the order of entry.
create or replace function pending_money(plan uuid, entered_from text) returns bigint
  language plpgsql stable
  as $$
declare
  day constant date := today();
  earliest constant uuid := (
    lpad(to_hex((extract(epoch from now() - interval '33 days') * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;
begin
  return coalesce((
    select sum(c.amount) from contributions c
    where c.tenant_id = current_tenant() and c.plan_id = plan and c.id > earliest and (c.source = 'EMPLOYER') = (entered_from = 'EMPLOYER') and c.effective_date > day), 0);
end
$$;
grant execute on function pending_money to vestry_app;
