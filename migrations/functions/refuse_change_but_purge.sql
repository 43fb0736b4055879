-- Names as they stood are kept for reports, and are never changed, except that retention erases them: by the function below,
-- which alone runs as the owner with this setting.
create or replace function refuse_change_but_purge() returns trigger
  language plpgsql
  as $$
begin
  if tg_op = 'UPDATE' and current_user = 'vestry_owner' and current_setting('app.purging_names', true) = 'on' then
    return null;
  end if;
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
