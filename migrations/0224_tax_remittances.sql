-- What was paid of withheld tax to the authority, outside of here, or came back from it: two persons record it, and the ledger owes so much less.
create table tax_remittances (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- The place among those of a currency, from 1: of two that are recorded at once, each having seen the same balance, one is.
  number integer not null check (number > 0),
  -- The return that it is part of: 945 of backup withholding, 1042 of nonresidents.
  form text not null check (form in ('945', '1042')),
  -- Minor units; less than zero for what came back.
  amount bigint not null check (amount <> 0),
  paid_on date not null,
  -- The number by which the authority or the bank knows the payment.
  reference text not null check (length(reference) between 1 and 100),
  idempotency_key text not null,
  requested_by uuid not null,
  approved_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint tax_remittances_one_by_one unique (tenant_id, currency, number),
  -- Money moves: a key records once for ever.
  constraint tax_remittances_idempotency_key unique (tenant_id, idempotency_key),
  constraint tax_remittances_four_eyes check (requested_by <> approved_by)
);
call scope_by_tenant('tax_remittances', 'select, insert');
call append_only('tax_remittances');
call record_changes('tax_remittances', 'tax-remittances', 'id', array[
  'currency', 'form', 'amount', 'paid_on', 'reference', 'requested_by', 'approved_by']);
create trigger post_remittance after insert on tax_remittances for each row execute function post_remittance();
