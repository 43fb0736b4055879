-- A distribution is taken from the plan's balance when it is ordered, and given back when it fails or comes back. What comes back had settled before.
create or replace function distribute_from_plan() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  update plans set distributed = distributed + case when tg_op = 'INSERT' then new.amount else -new.amount end,
      distributing = greatest(0, distributing + case when tg_op = 'UPDATE' then -new.amount when new.compensates is null then new.amount else 0 end),
      version = version + 1, updated_at = now()
    where tenant_id = new.tenant_id and id = new.plan_id;
  return null;
end
$$;
