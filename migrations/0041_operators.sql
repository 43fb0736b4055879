-- Operators are users of the platform's own tenant, which has no others.
alter table users add constraint users_operators_at_home
  check ((role = 'OPERATOR') = (tenant_id = '00000000-0000-0000-0000-000000000000'));
