-- Lets the clock of a tenant be moved forward alone, and only where no money moves: the tables of the mock bank are those of a sandbox.
create or replace function guard_tenant_clock() returns trigger
  language plpgsql
  set search_path = vestry, pg_temp
  as $$
begin
  if tg_op = 'INSERT' and new.clock_ahead = interval '0' then
    return new;
  end if;
  if to_regclass('vestry.mock_bank_payments') is null then
    raise exception 'only a tenant of a sandbox has a clock of its own';
  end if;
  if tg_op = 'UPDATE' and new.clock_ahead < old.clock_ahead then
    raise exception 'the clock of a tenant goes forward';
  end if;
  return new;
end
$$;
