-- Returns the id of an entry that is being posted: a UUID version 7 (RFC 9562, 6.2, method 3) of this server's clock, to a quarter of a
-- microsecond. Whoever takes it under a lock posts in the order of ids, whichever machine the order came from.
create or replace function posting_id() returns uuid
  language plpgsql volatile
  as $$
declare
  quarters constant bigint := floor(extract(epoch from clock_timestamp()) * 4096000);
begin
  return encode(
    int8send((quarters >> 12 << 16) + (7 << 12) + (quarters & 4095)) || substring(uuid_send(gen_random_uuid()) from 9),
    'hex')::uuid;
end
$$;
grant execute on function posting_id to vestry_app;
