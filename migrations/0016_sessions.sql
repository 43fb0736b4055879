-- A session is a family of refresh tokens: the one that is neither rotated nor revoked keeps it alive until it expires.

-- The instant that no refresh moves: the session's end, however often it is used. Absent in sessions that began before there was one.
alter table refresh_tokens add column session_ends_at timestamptz;
-- A rotated token answers its successor once more for a moment, derived from the token itself and this salt; only the salt is kept.
alter table refresh_tokens add column successor_salt bytea;
-- Every request asks whether its session lives.
create index refresh_tokens_alive on refresh_tokens (tenant_id, family_id) where rotated_at is null and revoked_at is null;

-- Other rooms ask whether a user may still do what was begun for them.
create or replace view user_directory with (security_invoker = true) as
  select tenant_id, id, status, role from users;
