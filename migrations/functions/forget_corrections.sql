-- A correction holds what the account held: whoever erases the account erases it too.
create or replace function forget_corrections() returns trigger
  language plpgsql set search_path = vestry, pg_temp
  as $$
begin
  delete from account_corrections where tenant_id = new.tenant_id and bank_account_id = new.id;
  return null;
end
$$;
