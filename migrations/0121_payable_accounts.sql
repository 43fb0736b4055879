-- The accounts that payments may go into now, for rooms that list who has one.
create view payable_accounts with (security_invoker = true) as
  select tenant_id, id, shareholder_id, employee_id from bank_accounts
  where status = 'ACTIVE' and approval in ('NOT_NEEDED', 'APPROVED') and usable_from <= present_instant();
grant select on payable_accounts to vestry_app;
