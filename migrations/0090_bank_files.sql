-- What the bank brings, by object: the same bytes in the same place are the same file.
create table inbound_files (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  object_key text not null check (char_length(object_key) <= 1024),
  etag text not null check (char_length(etag) <= 100),
  bytes bigint not null check (bytes >= 0),
  state text not null default 'RECEIVED' check (state in ('RECEIVED', 'APPLIED', 'PARTLY', 'UNREADABLE')),
  -- The first fault of a file in which nothing can be read, and its line.
  reason text check (char_length(reason) <= 50),
  reason_line integer,
  -- Batches that answer nothing of ours.
  ignored_batches integer not null default 0,
  -- A person, or a file that was brought in its place, has ended what is open in it.
  acknowledged_by uuid,
  acknowledged_at timestamptz,
  version integer not null default 1,
  received_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint inbound_files_of_object unique (tenant_id, object_key, etag),
  constraint inbound_files_unreadable check ((state = 'UNREADABLE') = (reason is not null)),
  constraint inbound_files_acknowledged check (acknowledged_by is null or acknowledged_at is not null)
);
call scope_by_tenant('inbound_files', 'select, insert, update');
call record_changes('inbound_files', 'bank-files', 'id', array[
  'object_key', 'bytes', 'state', 'reason_line', 'ignored_batches', 'acknowledged_by', 'acknowledged_at'], 'inbound-file', array['state']);

-- What such a file says of one payment, and what has come of it.
create table inbound_items (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  file_id uuid not null,
  line integer not null check (line > 0),
  state text not null check (state in ('APPLIED', 'UNMATCHED', 'UNREADABLE', 'RESOLVED')),
  kind text check (kind in ('RETURNED', 'CORRECTED')),
  code text check (char_length(code) <= 3),
  trace_number text check (char_length(trace_number) <= 15),
  original_trace_number text check (char_length(original_trace_number) <= 15),
  original_rdfi text check (char_length(original_rdfi) <= 8),
  -- The cents that came back.
  amount bigint check (amount >= 0),
  -- What a notification of change corrects, sealed, while it waits for a person.
  corrected_sealed text,
  reason text check (char_length(reason) <= 50),
  transaction_id uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, file_id) references inbound_files,
  foreign key (tenant_id, transaction_id) references payment_orders,
  constraint inbound_items_of_line unique (tenant_id, file_id, line),
  constraint inbound_items_matched check ((state in ('APPLIED', 'RESOLVED')) = (transaction_id is not null)),
  constraint inbound_items_with_reason check (state in ('APPLIED', 'RESOLVED') or reason is not null)
);
create index inbound_items_of_transaction on inbound_items (tenant_id, transaction_id) where transaction_id is not null;
create index inbound_items_open on inbound_items (tenant_id, file_id) where state in ('UNMATCHED', 'UNREADABLE');
call scope_by_tenant('inbound_items', 'select, insert, update');
call record_changes('inbound_items', 'bank-items', 'id', array[
  'file_id', 'line', 'state', 'kind', 'code', 'trace_number', 'original_trace_number', 'amount', 'transaction_id'], 'bank-item', array['state']);
