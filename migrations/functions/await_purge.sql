-- Makes whoever places a hold wait for a purge that is under way.
create or replace function await_purge() returns trigger
  language plpgsql
  as $$
begin
  perform pg_advisory_xact_lock(retention_lock_key(new.tenant_id));
  return new;
end
$$;
