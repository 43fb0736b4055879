-- A digest that was written is neither changed nor deleted. An export that was only planned may be, after a restore.
create or replace function guard_audit_export() returns trigger
  language plpgsql
  as $$
begin
  if old.digest_sha256 is not null then
    raise exception 'digest % is written', old.sequence using errcode = 'insufficient_privilege';
  end if;
  -- A trigger that returns null has the row skipped in silence, and NEW is null when a row is deleted.
  return coalesce(new, old);
end
$$;
