-- The payment, by the client's own reference, whose money the bank is to take back. It does so once; what came back at once may be tried again.
alter table mock_bank_payments add column reverses text;
create unique index mock_bank_payments_reversed_once on mock_bank_payments (reverses) where reverses is not null and status = 'ACCEPTED'
  and (returns_at is null or settles_at is not null);
