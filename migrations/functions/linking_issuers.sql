-- Returns the issuers that have linked a sponsor.
create or replace function linking_issuers(sponsor uuid) returns uuid[]
  language sql stable
  as $$ select coalesce(array_agg(tenant_id), '{}') from tenant_links where sponsor_tenant_id = sponsor and revoked_at is null $$;
