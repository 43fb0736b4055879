-- The query forces the index, whatever the plan's first statement looked like: a plan for a chunk of holders would read the whole register for one.
create or replace function refuse_unknown_holder() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
  as $$
begin
  if exists (select from inserted i where i.shareholder_id is not null
      and not exists (select from shareholders h where h.tenant_id = i.tenant_id and h.id = i.shareholder_id)) then
    raise exception 'the shareholder of a transaction does not exist'
      using errcode = 'foreign_key_violation', table = 'transactions', constraint = 'transactions_tenant_id_shareholder_id_fkey';
  end if;
  return null;
end
$$;
