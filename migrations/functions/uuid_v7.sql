-- Returns a UUID version 7 (RFC 9562): 48 bits of milliseconds, then random ones. Keys that are ordered by time load at nearly
-- twice the speed of random ones.
create or replace function uuid_v7() returns uuid
  language sql volatile parallel safe
  as $$
    select encode(
      set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
          placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
        52, 1), 53, 1), 'hex')::uuid
  $$;
grant execute on function uuid_v7 to vestry_app, vestry_system;
