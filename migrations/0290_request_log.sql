-- Requests of tenants' users and API keys, for thirty days: what was asked for, and what was answered. A row is written ahead of the request's first
-- statement, with the answer that its route promises, and once more where the answer is another one.
create table request_log (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  at timestamptz not null,
  actor_id uuid not null,
  actor_role text not null,
  is_key boolean not null,
  method text not null,
  route text not null,
  operation text not null,
  status smallint not null,
  -- The name of the problem that was answered.
  problem text,
  -- Measured where the answer isn't the promised one: the row of any other is complete before its time is known.
  duration_ms integer,
  request_id text not null,
  source_ip text,
  primary key (tenant_id, id)
);
-- Whoever looks at one program's requests, or at what went wrong, doesn't read through all the others. Promised answers are in no second place.
create index request_log_by_actor on request_log (tenant_id, actor_id, id);
create index request_log_of_failures on request_log (tenant_id, id) where status >= 400;
call scope_by_tenant('request_log', 'select, insert, update (status, problem, duration_ms)');
