-- A digest that was written is neither changed nor deleted.
create or replace function guard_audit_export() returns trigger
  language plpgsql
  as $$
begin
  if old.digest_sha256 is not null then
    raise exception 'digest % is written', old.sequence using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
