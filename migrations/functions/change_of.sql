-- Returns what a row was and what it has become, by the columns that differ: of a new row those that have a value. Numbers are texts, so that
-- nobody rounds them. A column that is derived from another isn't told of, nor who
-- made a row: the entry has that, or a table that says so. Null: no column that counts has changed.
create or replace function change_of(resource text, shown text[], before jsonb, after jsonb) returns jsonb
  language sql immutable
  as $$
  select jsonb_build_object('resource', resource,
      'before', case when before is not null then jsonb_object_agg(name, was) end,
      'after', case when after is not null then jsonb_object_agg(name, becomes) end)
    from (
      select name, shown_value(name, shown, before -> name) as was, shown_value(name, shown, after -> name) as becomes
      from jsonb_object_keys(coalesce(after, before)) as name
      where (name <> 'created_by' or name = any (shown))
        and name not in ('tenant_id', 'id', 'version', 'created_at', 'updated_at', 'name_key', 'kyc_changed_at', 'stated_at')
        and coalesce(before -> name, 'null') <> coalesce(after -> name, 'null')) as changed
    having count(*) > 0
$$;
