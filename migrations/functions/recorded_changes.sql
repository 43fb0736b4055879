-- Returns what has been changed since the last audit entry of the transaction, once; null if nothing has.
create or replace function recorded_changes() returns jsonb
  language plpgsql volatile
  as $$
declare
  changes text := nullif(current_setting('app.changes', true), '');
begin
  if changes is not null then
    perform set_config('app.changes', '', true), set_config('app.counted', '', true);
  end if;
  -- Each change is followed by the separator of record_change.
  return ('[' || replace(rtrim(changes, chr(30)), chr(30), ',') || ']')::jsonb;
end
$$;
grant execute on function recorded_changes to vestry_app, vestry_system;
