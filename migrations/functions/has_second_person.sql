-- Tells whether the tenant has anybody who may confirm what a user has proposed. Where it has nobody, an operator does.
-- Whoever is left out can't: of a second factor that was lost, its user.
create or replace function has_second_person(maker uuid, left_out uuid default null) returns boolean
  language sql stable security definer set search_path = vestry, pg_temp
  as $$
  select exists (select from users
    where tenant_id = current_tenant() and role in ('ADMIN', 'COMPLIANCE', 'OPERATOR') and status = 'ACTIVE'
      and is_second_person(maker, id) and id is distinct from left_out)
$$;
grant execute on function has_second_person to vestry_app, vestry_system;
