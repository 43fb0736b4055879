-- Returns whether the issuer withholds tax from its dividends: by the rules of the United States, or not at all.
create or replace function withholds_tax() returns boolean
  language sql stable
  as $$
    select coalesce((select s.withholding = 'US' from register_settings s where s.tenant_id = current_tenant()), false)
  $$;
grant execute on function withholds_tax to vestry_app;
