-- Former names are kept for reports and never changed, except that purge_shareholder_names erases them: it alone runs as the owner
-- with this setting on. A trigger can't be given an argument, and nobody else who sets it is the owner.
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
