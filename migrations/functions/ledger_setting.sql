-- What the ledger records of the change that is being made; set by the repository in the same transaction.
create or replace function ledger_setting(name text, otherwise text) returns text
  language sql stable parallel safe
  return coalesce(nullif(current_setting('app.ledger_' || name, true), ''), otherwise);
