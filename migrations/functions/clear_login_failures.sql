create or replace function clear_login_failures(cleared bytea) returns void
  language sql volatile security definer set search_path = vestry
  as $$ delete from login_failures where key = cleared $$;
