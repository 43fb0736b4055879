-- Returns the positions of a class that are paid and counted, at the close of a day and as far as they were recorded by an instant: those
-- of every holder but the issuer itself.
create or replace function positions_at(class text, as_of date, known_at timestamptz) returns table (shareholder_id uuid, holdings numeric)
  language sql stable
  as $$
    select e.shareholder_id, sum(e.delta)
    from position_entries e
    where e.tenant_id = current_tenant() and e.security_class = class and e.effective_date <= as_of and e.recorded_at <= known_at
      and e.shareholder_id not in (select t.shareholder_id from treasury_holders(as_of, known_at) t)
    group by e.shareholder_id
    having sum(e.delta) > 0
  $$;
grant execute on function positions_at to vestry_app, vestry_report;
