-- Returns the holders whose shares were the issuer's own at the close of a day, as far as it was recorded by an instant.
create or replace function treasury_holders(as_of date, known_at timestamptz) returns table (shareholder_id uuid)
  language sql stable
  as $$
    select t.shareholder_id from (
      select distinct on (e.shareholder_id) e.shareholder_id, e.treasury
      from treasury_entries e
      where e.tenant_id = current_tenant() and e.effective_date <= as_of and e.recorded_at <= known_at
      order by e.shareholder_id, e.id desc) as t
    where t.treasury
  $$;
grant execute on function treasury_holders to vestry_app, vestry_report;
