-- Notifications of change, with what they have changed of an account and what stood there before, so that a wrong one can be undone. One that corrects
-- nothing that we can use is kept as well.
create table account_corrections (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  bank_account_id uuid not null,
  transaction_id uuid not null,
  event_id text not null,
  code text not null check (char_length(code) <= 3),
  is_applied boolean not null,
  routing_number_before text not null,
  account_last4_before text not null,
  account_type_before text not null,
  routing_number_after text not null,
  account_last4_after text not null,
  account_type_after text not null,
  -- The number before, where it was corrected: sealed for its account, as it was there.
  number_before_sealed text,
  noted_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, bank_account_id) references bank_accounts,
  foreign key (tenant_id, transaction_id, event_id) references bank_events,
  constraint account_corrections_once unique (tenant_id, transaction_id, event_id),
  constraint account_corrections_kept check (is_applied or number_before_sealed is null)
);
create index account_corrections_of_account on account_corrections (tenant_id, bank_account_id, id);
call scope_by_tenant('account_corrections', 'select, insert, update');
call record_changes('account_corrections', 'bank-accounts', 'bank_account_id', array['transaction_id', 'code', 'is_applied']);
-- They go with the account's personal data.
create trigger forget_corrections after update on bank_accounts for each row
  when (old.purged_at is null and new.purged_at is not null) execute function forget_corrections();
