-- Each line of a dividend is paid once, from what was declared. A payment of no line would take from DIVIDENDS_PAYABLE what is owed to others,
-- and the account would end in debit.
create or replace function refuse_undeclared_payable() returns trigger
  language plpgsql set search_path = vestry, pg_temp
  as $$
begin
  raise exception 'a payment that no dividend owes is not taken from DIVIDENDS_PAYABLE' using errcode = 'check_violation',
    constraint = 'transactions_payable_is_declared';
end
$$;
