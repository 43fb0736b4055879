-- How long sessions of a tenant live without a refresh, and at all; null: as long as the platform lets them.
alter table sign_in_settings add column session_idle_minutes integer check (session_idle_minutes between 5 and 720),
  add column session_hours integer check (session_hours between 1 and 720);
drop trigger record_change on sign_in_settings;
call record_changes('sign_in_settings', 'sign-in-settings', 'tenant_id', array[
  'sso_required', 'break_glass_user_id', 'second_factor_demanded', 'networks', 'session_idle_minutes', 'session_hours']);
