-- Posts one journal entry. Triggers of other rooms post by this function, so that the ledger alone writes the journal.
create or replace function post_entry(debit text, credit text, amount bigint, currency text, reason text, transaction uuid,
    dividend uuid, effective date) returns void
  language sql security definer set search_path = vestry, pg_temp
  as $$
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
      values (debit, credit, amount, currency, reason, transaction, dividend, effective)
  $$;
