-- A distribution that has reached its payee may have been the plan's last money: what is unvested is forfeited with it.
create or replace function settle_distribution() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  update plans set distributing = greatest(0, distributing - new.amount), version = version + 1, updated_at = now()
    where tenant_id = new.tenant_id and id = new.plan_id;
  perform settle_forfeiture(new.plan_id, today());
  return null;
end
$$;
