-- How far the trail of a tenant has been reported to those of its webhooks that ask for security events.
create table security_reports (
  tenant_id uuid not null default current_tenant() references tenants,
  -- Entries of transactions below this number are reported, or older than the subscription.
  reported_to xid8 not null,
  primary key (tenant_id)
);
call scope_by_tenant('security_reports', 'select, insert, update');
