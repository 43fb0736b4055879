-- Statements of the account from which a tenant pays. A statement says what the bank has done; nothing in the ledger follows from it.

-- That account, `{id, account_last4}`: its id is another one whenever its number is. The number is sealed.
alter table payment_settings
  add column statement_account jsonb,
  add column statement_number_sealed text,
  add constraint payment_settings_statement_account check ((statement_account is null) = (statement_number_sealed is null));

-- Only answers to payments keep silence from settling: an entry of a statement that nobody knows may be a fee.
alter table inbound_files add column kind text not null default 'ANSWERS' check (kind in ('ANSWERS', 'STATEMENT'));
drop trigger record_change on inbound_files;
drop trigger leave_entry_of_state on inbound_files;
call record_changes('inbound_files', 'bank-files', 'id', array[
  'object_key', 'bytes', 'state', 'reason_line', 'ignored_batches', 'acknowledged_by', 'acknowledged_at', 'kind'], 'inbound-file', array['state']);

-- What kept a statement from being booked goes once it is: the file has an entry of it.
grant delete on inbound_items to vestry_app;

create table bank_statements (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  file_id uuid not null,
  -- Its place in the file.
  line integer not null check (line > 0),
  -- The account, as the settings have it then.
  account_id uuid not null,
  statement_reference text check (char_length(statement_reference) <= 35),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  from_day date not null,
  to_day date not null,
  opening bigint not null,
  closing bigint not null,
  -- Its entries, and those of them that a statement before had brought.
  entries integer not null check (entries >= 0),
  repeated integer not null check (repeated between 0 and entries),
  received_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, file_id) references inbound_files,
  constraint bank_statements_of_file unique (tenant_id, file_id, line),
  constraint bank_statements_days check (from_day <= to_day)
);
create index bank_statements_of_days on bank_statements (tenant_id, account_id, to_day, id);
call scope_by_tenant('bank_statements', 'select, insert');
call record_changes('bank_statements', 'bank-statements', 'id', array[
  'file_id', 'line', 'currency', 'from_day', 'to_day', 'opening', 'closing', 'entries', 'repeated']);

-- An entry of a statement, or a detail of one, once for the account. Of its texts only a reference is kept: names stay in the file.
create table statement_items (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  file_id uuid not null,
  statement_id uuid not null,
  line integer not null check (line > 0),
  state text not null check (state in ('APPLIED', 'UNMATCHED', 'RESOLVED')),
  day date not null,
  value_day date,
  -- Minor units, negative where money has left the account.
  amount bigint not null check (amount <> 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  code text check (char_length(code) <= 35),
  bank_reference text check (char_length(bank_reference) <= 70),
  reference text check (char_length(reference) <= 70),
  -- The text by which another statement has the same entry; a detail adds its place.
  identity text not null check (char_length(identity) between 64 and 80),
  reason text check (char_length(reason) <= 50),
  -- It stands for a payment, or for a file or a batch of one, or for what two people have said.
  transaction_id uuid,
  outbound_file_id uuid,
  explanation text check (explanation in ('FUNDING', 'FEE', 'INTEREST', 'TRANSFER', 'OTHER')),
  version integer not null default 1,
  received_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, file_id) references inbound_files,
  foreign key (tenant_id, statement_id) references bank_statements,
  foreign key (tenant_id, transaction_id) references payment_orders,
  foreign key (tenant_id, outbound_file_id) references outbound_files,
  constraint statement_items_once unique (tenant_id, identity),
  constraint statement_items_of_line unique (tenant_id, file_id, line),
  constraint statement_items_with_reason check ((state = 'UNMATCHED') = (reason is not null)),
  constraint statement_items_stand_for check (
    case when state = 'UNMATCHED' then num_nonnulls(transaction_id, outbound_file_id, explanation) = 0
      when explanation is null then true else state = 'RESOLVED' and num_nonnulls(transaction_id, outbound_file_id) = 0 end)
);
create index statement_items_of_days on statement_items (tenant_id, day, id);
create index statement_items_open on statement_items (tenant_id, file_id) where state = 'UNMATCHED';
call scope_by_tenant('statement_items', 'select, insert, update');
call record_changes('statement_items', 'statement-items', 'id', array[
  'file_id', 'line', 'state', 'day', 'amount', 'currency', 'code', 'transaction_id', 'outbound_file_id', 'explanation'],
  'statement-item', array['state']);

-- What an item stands for in the ledger: money that has left for a payment, or that came back from it. Each stands in one item at most.
create table statement_legs (
  tenant_id uuid not null default current_tenant(),
  transaction_id uuid not null,
  leg text not null check (leg in ('OUT', 'BACK')),
  item_id uuid not null,
  -- The reversal by which it came back.
  reversal_id uuid,
  -- The amount as the account sees it.
  amount bigint not null check (amount <> 0 and (amount < 0) = (leg = 'OUT')),
  primary key (tenant_id, transaction_id, leg),
  foreign key (tenant_id, item_id) references statement_items,
  foreign key (tenant_id, transaction_id) references payment_orders
);
create index statement_legs_of_item on statement_legs (tenant_id, item_id);
create index statement_legs_back on statement_legs (tenant_id, transaction_id) where leg = 'BACK';
call scope_by_tenant('statement_legs', 'select, insert');
