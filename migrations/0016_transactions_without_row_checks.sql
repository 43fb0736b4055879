-- A dividend writes as many transactions as it has holders, and asking for each one's tenant and holder by a foreign key was
-- two thirds of that. Holders are never erased (0002_register.sql), so it is enough to ask when rows are written, once for a
-- statement; and a holder's tenant exists, as a plan's does.
alter table transactions drop constraint transactions_tenant_id_fkey;
alter table transactions drop constraint transactions_tenant_id_shareholder_id_fkey;

-- By index, whatever the plan's first statement looked like: a plan for a chunk of holders would read the whole register for one.
create function refuse_unknown_holder() returns trigger
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
create trigger refuse_unknown_holder after insert on transactions
  referencing new table as inserted for each statement execute function refuse_unknown_holder();

-- The other end of what a key would promise: nobody takes a holder away (0002_register.sql) or moves it to another key.
revoke update on shareholders from vestry_app, vestry_system;
grant update (external_ref, name, email, phone, address, holdings, kyc_status, status, version, updated_at, purged_at)
  on shareholders to vestry_app, vestry_system;
