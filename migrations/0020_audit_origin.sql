-- An entry says from where the request came, and with which problem it was refused; what was done has none. Jobs come from nowhere.
alter table audit_log
  add column source_ip text,
  add column user_agent text,
  add column problem text;
grant insert (source_ip, user_agent, problem) on audit_log to vestry_app, vestry_system;
