-- Other rooms read here which ballots a holder has cast, revoked ones too.
create view cast_ballots with (security_invoker = true) as
  select v.tenant_id, v.id, v.meeting_id, m.title, v.shareholder_id, v.weight, v.cast_at, v.revoked_at
  from votes v join meetings m on m.tenant_id = v.tenant_id and m.id = v.meeting_id;
grant select on cast_ballots to vestry_app, vestry_report;
