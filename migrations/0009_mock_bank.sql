-- What the mock bank knows. None of it is the tenants' data, and environments without the mock bank lack these tables.

create table mock_bank_payments (
  id uuid primary key default uuid_v7(),
  -- A repeated key is the same payment, as banks promise.
  idempotency_key text not null unique,
  -- The client's own reference. It isn't unique, so that a payment that was ordered twice shows.
  reference text not null,
  client_id text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  routing_number text not null,
  account_number text not null,
  status text not null default 'ACCEPTED' check (status in ('ACCEPTED', 'REJECTED')),
  code text,
  -- The account number says how the payment goes on.
  settles_at timestamptz,
  returns_at timestamptz,
  return_code text,
  accepted_at timestamptz not null default clock_timestamp()
);
create index mock_bank_payments_reference on mock_bank_payments (reference);

-- How many requests an outage has refused: it ends after some.
create table mock_bank_outages (
  reference text primary key,
  requests integer not null default 1
);
grant select, insert, update on mock_bank_payments, mock_bank_outages to vestry_app, vestry_system;
grant select on mock_bank_payments, mock_bank_outages to vestry_report;
