-- An account that came by file needs no request of its own, since a second person has approved the file.
create or replace function guard_account_of_file() returns trigger
  language plpgsql set search_path = vestry, pg_temp
  as $$
begin
  if is_approved_change('bank-account-file', 'uploads', new.upload_id::text, new.approved_by) then
    return new;
  end if;
  raise exception 'nobody has approved the file of the account %', new.id
    using errcode = 'check_violation', constraint = 'bank_accounts_approved_by_request';
end
$$;
