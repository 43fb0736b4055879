-- Declares the common shares of a new issuer, whoever enters it: the operators' own tenant, in whose context they do, sees no class.
create or replace function declare_common_class() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  context constant text := coalesce(current_setting('app.tenant_id', true), '');
begin
  perform set_config('app.tenant_id', new.id::text, true);
  insert into security_classes (tenant_id, code, name, kind) values (new.id, 'COMMON', 'Common stock', 'COMMON');
  perform set_config('app.tenant_id', context, true);
  return null;
end
$$;
