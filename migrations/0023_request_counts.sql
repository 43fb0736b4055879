-- Requests by what they are limited for (a user, a tenant, or the hash of a network), class, and time in lengths of the window. Counts
-- are written for every request, and worth nothing after some seconds: they need not survive a crash. Only take_request writes and reads them.
create unlogged table request_counts (
  key uuid not null,
  class text not null,
  period integer not null,
  requests integer not null,
  primary key (key, class, period)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
