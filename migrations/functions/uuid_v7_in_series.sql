-- UUIDs version 7 of one instant that count up: 48 bits of milliseconds, the count in the 32 bits around the variant, and 40
-- bits that are the series' own. `milliseconds` and `series` are hexadecimal, twelve and ten digits.
create or replace function uuid_v7_in_series(milliseconds text, n bigint, series text) returns uuid
  language sql immutable parallel safe
  -- 7 is the version, 8 the variant: 0x7_nnn_8_nnnnn.
  return (milliseconds || to_hex(x'7000800000'::bigint + ((n >> 20) << 24) + (n & 1048575)) || series)::uuid;
