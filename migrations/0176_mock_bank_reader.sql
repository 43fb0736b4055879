-- The mock bank's accounts are of every tenant, and in clear, as a bank has them: they are nobody's to report on.

revoke select on mock_bank_payments, mock_bank_outages from vestry_report;
