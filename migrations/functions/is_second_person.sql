-- Tells whether a user may confirm what another has proposed: an active ADMIN or COMPLIANCE user, or another operator among operators, and no single person has made or
-- reset both of them. Whom somebody else has confirmed counts as a person of their own, unless the same person stands behind both.
create or replace function is_second_person(maker uuid, checker uuid) returns boolean
  language plpgsql stable security definer set search_path = vestry, pg_temp
  as $$
declare
  person uuid := maker;
  seen uuid[] := '{}';
  hands uuid[];
  further uuid[];
begin
  -- Behind a key stand those who have made it, and who have seen a secret of it.
  if exists (select from api_keys where tenant_id = current_tenant() and id = maker) then
    return not exists (
      select made_by as holder from api_keys where tenant_id = current_tenant() and id = maker and not is_second_person(made_by, checker)
      union all
      select issued_to from api_key_secrets
        where tenant_id = current_tenant() and api_key_id = maker and not is_second_person(issued_to, checker));
  end if;
  if maker = checker or not exists (select from users
    where tenant_id = current_tenant() and id = checker and status = 'ACTIVE' and role in ('ADMIN', 'COMPLIANCE', 'OPERATOR'))
  then
    return false;
  end if;
  -- Whoever stands behind the maker is the maker, or who made that user, and so on.
  while person is not null and person <> all (seen) loop
    seen := seen || person;
    hands := array[person];
    loop
      select array_agg(id) into further from users
        where tenant_id = current_tenant() and made_by = any (hands)
          and (confirmed_by is null or confirmed_by = any (hands)) and id <> all (hands);
      exit when further is null;
      hands := hands || further;
    end loop;
    if maker = any (hands) and checker = any (hands) then
      return false;
    end if;
    select made_by into person from users where tenant_id = current_tenant() and id = person;
  end loop;
  return true;
end
$$;
grant execute on function is_second_person to vestry_app, vestry_system;
