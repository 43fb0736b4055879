-- Declares and freezes the dividend that pays the fractions of a split, on the positions of the day before it; answers its id, or null where no holder
-- has a fraction. Its terms were approved with the split. It is whole or not at all: the caller's transaction ends where it can't be.
create or replace function pay_fractions(split uuid, known_at timestamptz, holders_per_chunk integer) returns uuid
  language plpgsql
  as $$
declare
  s splits_in_cash;
  dividend uuid;
begin
  select * into strict s from splits_in_cash where tenant_id = current_tenant() and id = split;
  if not exists (select from allot_fractions(
      s.security_class, s.price_per_share, s.exponent, s.effective_date - 1, known_at, s.numerator, s.denominator)) then
    return null;
  end if;
  insert into dividends (security_class, currency, exponent, rate_per_share, declaration_date, record_date, payable_date, approval,
      corporate_action_id, numerator, denominator)
    values (s.security_class, s.currency, s.exponent, s.price_per_share, least(s.declared_on, s.effective_date - 1), s.effective_date - 1, s.payable_date,
      'APPROVED', split, s.numerator, s.denominator)
    returning id into dividend;
  if take_dividend_snapshot(dividend, known_at, holders_per_chunk) is distinct from 'SNAPSHOT' then
    raise exception 'the fractions of the split % come to more than a dividend can pay', split;
  end if;
  return dividend;
end
$$;
grant execute on function pay_fractions to vestry_app;
