-- Gives a table its tenant scope: forced row-level security, the policies, and the grants. No other place does. `privileges` are
-- those of the application role.
create or replace procedure scope_by_tenant(table_name regclass, privileges text, tenant_column text default 'tenant_id')
  language plpgsql
  as $$
begin
  execute format('alter table %s enable row level security', table_name);
  execute format('alter table %s force row level security', table_name);
  execute format('create policy tenant on %s using (%I = current_tenant()) with check (%I = current_tenant())',
    table_name, tenant_column, tenant_column);
  execute format('create policy system on %s to vestry_system using (true) with check (true)', table_name);
  execute format('grant %s on %s to vestry_app', privileges, table_name);
  execute format('grant select, insert, update, delete on %s to vestry_system', table_name);
  execute format('grant select on %s to vestry_report', table_name);
end
$$;
