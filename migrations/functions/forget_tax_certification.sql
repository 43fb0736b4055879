-- What a holder has certified is as personal as their name: whoever erases that erases it too.
create or replace function forget_tax_certification() returns trigger
  language plpgsql set search_path = vestry, pg_temp
  as $$
begin
  delete from tax_certifications where tenant_id = new.tenant_id and shareholder_id = new.id;
  return null;
end
$$;
