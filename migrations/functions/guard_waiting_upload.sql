-- A file that waits goes on once a second person has approved it, as what it is.
create or replace function guard_waiting_upload() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if (case new.kind
      when 'kyc' then is_approved_change('kyc-file', 'uploads', new.id::text, new.approved_by)
      when 'bank-accounts' then is_approved_change('bank-account-file', 'uploads', new.id::text, new.approved_by)
      when 'tax-certifications' then is_approved_change('tax-certification-file', 'uploads', new.id::text, new.approved_by)
      else is_approved_change('register-file', 'uploads', new.id::text, new.approved_by)
        or is_approved_change('dropped-file', 'uploads', new.id::text, new.approved_by)
    end)
  then
    return new;
  end if;
  raise exception 'nobody has approved the upload %', new.id
    using errcode = 'check_violation', constraint = 'uploads_approved_by_request';
end
$$;
