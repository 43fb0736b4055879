-- Returns the votes that each share of a declared class has now.
create or replace function votes_of_class(class text) returns numeric
  language sql stable
  as $$
    select c.votes_per_share from security_classes c where c.tenant_id = current_tenant() and c.code = class
  $$;
grant execute on function votes_of_class to vestry_app, vestry_report;
