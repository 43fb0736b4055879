-- Returns the audit action of a record that has come into a state.
create or replace function state_action(kind text, column_name text, state text) returns text
  language sql immutable
  as $$
  select kind || '.' || case
      when column_name = 'kyc_status' then 'kyc-'
      when column_name = 'approval' and state in ('NOT_NEEDED', 'REQUIRED') then 'approval-'
      else ''
    end || replace(lower(state), '_', '-')
$$;
