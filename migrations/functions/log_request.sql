-- Notes a request in the log of its caller's tenant, or what it was answered after all. It runs in a transaction of its own, ahead of the
-- request's, which waits for no disk: a crash of the database may lose the last moments of the log, and delays nobody.
create or replace function log_request(of_tenant uuid, of_id uuid, of_at timestamptz, of_actor uuid, of_role text, by_key boolean,
  of_method text, of_route text, of_operation text, of_request text, of_source text, answered smallint, of_problem text, took_ms integer)
  returns void
  language plpgsql volatile set search_path = vestry, pg_temp
  as $$
begin
  perform set_config('app.tenant_id', of_tenant::text, true), set_config('synchronous_commit', 'off', true);
  insert into request_log (tenant_id, id, at, actor_id, actor_role, is_key, method, route, operation, request_id, source_ip, status, problem, duration_ms)
    values (of_tenant, of_id, of_at, of_actor, of_role, by_key, of_method, of_route, of_operation, of_request, of_source, answered, of_problem, took_ms)
    on conflict (tenant_id, id) do update set status = excluded.status, problem = excluded.problem, duration_ms = excluded.duration_ms;
end
$$;
grant execute on function log_request to vestry_app;
