-- Returns a column's value as the trail shows it.
create or replace function shown_value(name text, shown text[], value jsonb) returns jsonb
  language sql immutable
  as $$
  select case
    when value is null or value = 'null' then 'null'
    when name <> all (shown) then '"***"'
    when jsonb_typeof(value) = 'number' then to_jsonb(value #>> '{}')
    else value
  end
$$;
