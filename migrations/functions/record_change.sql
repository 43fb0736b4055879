-- The trigger function of record_changes: notes a changed row for the next audit entry of its transaction, or behind as many as a person reads
-- that there are more. It is called once for those. A transaction that has done the same to a set of rows tells the changes of all
-- (shared/platform/db/audit-each.ts); how many those are is the caller's limit.
create or replace function record_change() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  most constant integer := 20;
  -- No value of JSON contains it: a list that grows as a text isn't parsed anew for every row.
  between_changes constant text := chr(30);
  of_each constant boolean := coalesce(current_setting('app.each', true) = 'on', false);
  known text := coalesce(current_setting('app.changes', true), '');
  before jsonb;
  after jsonb;
  change jsonb;
begin
  if not of_each and length(known) - length(replace(known, between_changes, '')) >= most then
    perform set_config('app.changes', known || '{"more": true}' || between_changes, true);
    return null;
  end if;
  if tg_op <> 'INSERT' then
    before := to_jsonb(old);
  end if;
  if tg_op <> 'DELETE' then
    after := to_jsonb(new);
  end if;
  change := change_of(tg_argv[0] || '/' || (coalesce(after, before) ->> tg_argv[1]), tg_argv[2]::text[], before, after);
  if change is not null then
    perform set_config('app.changes', known || change::text || between_changes, true);
  end if;
  return null;
end
$$;
