-- Refuses that more shares of a class are issued than are authorised. The row of the class stays locked, so that parallel changes see
-- each other; where nothing is authorised, so is everything, and nobody waits.
create or replace function refuse_unauthorized_shares(class text) returns void
  language plpgsql set search_path = vestry, pg_temp
  as $$
declare
  most numeric;
  issued numeric;
begin
  select authorized into most from security_classes
    where tenant_id = current_tenant() and code = class and authorized is not null for no key update;
  if not found then
    return;
  end if;
  select coalesce(sum(delta), 0) into issued from issuance_entries where tenant_id = current_tenant() and security_class = class;
  if issued > most then
    raise exception '% shares of % would be issued, and % are authorized.', trim_scale(issued), class, trim_scale(most)
      using errcode = 'check_violation', constraint = 'security_classes_authorized_shares';
  end if;
end
$$;
