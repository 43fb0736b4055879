-- Erases what the directory has said of a user whom retention erases. Runs with the owner's rights: the login of retention writes no directory.
create or replace function forget_directory_user() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  update directory_users set user_name = user_id::text, external_id = null, attributes = '{}', deleted_at = coalesce(deleted_at, now()), updated_at = now()
    where tenant_id = new.tenant_id and user_id = new.id;
  return null;
end
$$;
