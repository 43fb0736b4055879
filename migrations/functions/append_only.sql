-- Makes a table refuse UPDATE, DELETE and TRUNCATE, from a superuser and the owner too: only a migration can undo it, no grant.
create or replace procedure append_only(table_name regclass)
  language plpgsql
  as $$
begin
  execute format('create trigger append_only before update or delete or truncate on %s for each statement execute function refuse_change()', table_name);
end
$$;
