-- What a report of who may do what reads of people and programs: by which way each came in, and when it was used last.
create view user_access with (security_invoker = true) as
  select u.tenant_id, u.id, u.email, u.role, u.status, u.made_by, u.confirmed_by, u.created_at,
    case
      -- Whoever stands behind the role: a provider by its claims, a key that provisions users, the platform itself, or a person.
      when exists (select from connections c where c.tenant_id = u.tenant_id and c.id = u.made_by) then 'CLAIM_MAP'
      when exists (select from api_keys k where k.tenant_id = u.tenant_id and k.id = u.made_by) then 'DIRECTORY'
      when u.made_by is null then 'OPERATOR'
      when exists (select from sign_in_links l where l.tenant_id = u.tenant_id and l.user_id = u.id and l.purpose = 'INVITATION')
        then 'INVITATION'
      else 'ADMIN'
    end as granted_by,
    s.last_used_at, s.last_used_from
  from users u left join lateral (
    select greatest(s.started_at, t.issued_at) as last_used_at, s.source_ip as last_used_from
    from sessions s left join lateral (
      select max(issued_at) as issued_at from refresh_tokens r where r.tenant_id = s.tenant_id and r.family_id = s.id) t on true
    where s.tenant_id = u.tenant_id and s.user_id = u.id order by 1 desc limit 1) s on true;
grant select on user_access to vestry_app, vestry_system;

create view api_key_access with (security_invoker = true) as
  select tenant_id, id, name, role, routes, made_by, confirmed_by, created_at, last_used_at, last_used_from, expires_at,
    case when status = 'ACTIVE' and expires_at <= now() then 'EXPIRED' else status end as status
  from api_keys;
grant select on api_key_access to vestry_app, vestry_system;
