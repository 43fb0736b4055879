-- Returns the name of a holder of record, for lists of other rooms; null once it was erased. It is asked for each row that is answered, and its
-- plan is kept by the connection.
create or replace function holder_name(holder uuid) returns text
  language plpgsql stable
  as $$
begin
  return (select s.name from shareholders s where s.tenant_id = current_tenant() and s.id = holder and s.purged_at is null);
end
$$;
grant execute on function holder_name to vestry_app;
