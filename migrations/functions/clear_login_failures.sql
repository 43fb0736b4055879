-- Forgets the failures under a key after a sign-in that succeeded. Runs with the owner's rights, like add_login_failure.
create or replace function clear_login_failures(cleared bytea) returns void
  language sql volatile security definer set search_path = vestry, pg_temp
  as $$ delete from login_failures where key = cleared $$;
grant execute on function clear_login_failures to vestry_app;
