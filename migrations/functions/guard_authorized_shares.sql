-- Keeps what is authorised of a class above what is issued. Before the statement it waits, at most some seconds, for everybody who is writing
-- positions, and lets nobody begin: they would not see what is authorised now.
create or replace function guard_authorized_shares() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  class text;
begin
  if tg_when = 'BEFORE' then
    perform set_config('lock_timeout', '5s', true);
    perform pg_advisory_xact_lock(ledger_lock_key(current_tenant()));
    return null;
  end if;
  for class in select code from security_classes where tenant_id = current_tenant() and authorized is not null loop
    perform refuse_unauthorized_shares(class);
  end loop;
  return null;
end
$$;
