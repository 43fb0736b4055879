-- Also for a superuser or the owner: no grant can undo it, only a migration.
create or replace procedure append_only(table_name regclass)
  language plpgsql
  as $$
begin
  execute format('create trigger append_only before update or delete or truncate on %s for each statement execute function refuse_change()', table_name);
end
$$;
