-- Returns the person, the key or the connection for whom the transaction makes its rows; null where nobody has asked for them.
create or replace function current_actor() returns uuid
  language sql stable parallel safe
  -- After one SET LOCAL the setting reads as '', and a bare cast of '' throws.
  return nullif(current_setting('app.actor', true), '')::uuid;
grant execute on function current_actor to vestry_app, vestry_system;
