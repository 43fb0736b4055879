-- Lets audit entries have the values that their transaction has changed in a table, and changes of state leave one of their own. Retention
-- erases what nobody may keep: what its login changes has no values in the trail.
create or replace procedure record_changes(
  table_name regclass, collection text, key text, shown text[], kind text default null, states text[] default '{}'
)
  language plpgsql
  as $$
declare
  state text;
begin
  -- The condition counts, a point for each row, since it is asked while a statement runs, and the function only behind it: a statement that
  -- writes a million rows must not leave a million calls. One that tells of each (shared/platform/db/audit-each.ts) is as large as its caller makes it.
  execute format('create trigger record_change after insert or update or delete on %s for each row
    when (case when session_user = ''vestry_system'' then false
      when length(coalesce(current_setting(''app.counted'', true), '''')) > 20 and current_setting(''app.each'', true) is distinct from ''on'' then false
      else set_config(''app.counted'', coalesce(current_setting(''app.counted'', true), '''') || ''.'', true) <> '''' end)
    execute function record_change(%L, %L, %L)', table_name, collection, key, shown);
  foreach state in array states loop
    execute format('create constraint trigger %I after update on %s deferrable initially deferred for each row
      when (new.%I is distinct from old.%I) execute function leave_entry(%L, %L, %L, %L, %L)',
      'leave_entry_of_' || state, table_name, state, state, collection, key, shown, kind, state);
  end loop;
end
$$;
