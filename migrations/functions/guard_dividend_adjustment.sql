-- An adjustment needs a dividend that is frozen and stands, a second person's approval, and somebody else than the issuer itself to add to.
create or replace function guard_dividend_adjustment() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  d dividends;
begin
  select * into d from dividends where tenant_id = new.tenant_id and id = new.dividend_id;
  -- The foreign key refuses one that is not there.
  if not found then
    return new;
  end if;
  if d.state not in ('PENDING', 'PAYING', 'PAID') then
    raise exception 'the dividend is %', d.state using errcode = 'check_violation', constraint = 'dividend_adjustments_dividend_stands';
  end if;
  if not is_approved_change('dividend-adjustment', 'entitlements', new.dividend_id || '/' || new.shareholder_id, new.approved_by) then
    raise exception 'nobody has approved the adjustment' using errcode = 'check_violation', constraint = 'dividend_adjustments_approved';
  end if;
  if new.amount > 0 and new.shareholder_id in (select t.shareholder_id from treasury_holders(d.record_date, clock_timestamp()) as t) then
    raise exception 'the issuer itself is not entitled' using errcode = 'check_violation', constraint = 'dividend_adjustments_not_treasury';
  end if;
  return new;
end
$$;
