-- Tells whether a second person has approved a change of a subject. Guards of money ask it.
create or replace function is_approved_change(change_kind text, type text, subject text, checker uuid) returns boolean
  language sql stable security definer set search_path = vestry, pg_temp
  as $$
  select exists (select from change_requests
    where tenant_id = current_tenant() and kind = change_kind and subject_type = type and subject_id = subject
      and state = 'APPROVED' and decided_by = checker)
$$;
grant execute on function is_approved_change to vestry_app, vestry_system;
