-- Whoever has entered or changed who a payee is doesn't verify it: the user, or the tenant for the drop folder, of which nobody is the user.
alter table shareholders add column identified_by uuid;
grant update (identified_by) on shareholders to vestry_app;
alter table participants add column identified_by uuid;

-- The accounts that somebody has proposed for a payee.
create index change_requests_of_payee on change_requests (tenant_id, (coalesce(after ->> 'shareholder_id', after ->> 'employee_id')))
  where kind = 'bank-account';
