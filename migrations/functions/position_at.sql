-- Returns the position of one holder in a class that counts, at the close of a day and as far as it was recorded by an instant: nothing for the
-- issuer itself. Null says that the register doesn't have the holder.
create or replace function position_at(holder uuid, class text, as_of date, known_at timestamptz) returns numeric
  language sql stable
  as $$
    select case when s.id in (select t.shareholder_id from treasury_holders(as_of, known_at) t) then 0 else (
      select coalesce(sum(e.delta), 0) from position_entries e
      where e.tenant_id = s.tenant_id and e.shareholder_id = s.id and e.security_class = class
        and e.effective_date <= as_of and e.recorded_at <= known_at) end
    from shareholders s where s.tenant_id = current_tenant() and s.id = holder
  $$;
grant execute on function position_at to vestry_app, vestry_report;
