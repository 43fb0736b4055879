-- The networks that people of a tenant may come from, and its keys that name none of their own; null: any.
alter table sign_in_settings add column networks text[] check (cardinality(networks) between 1 and 50);
drop trigger record_change on sign_in_settings;
call record_changes('sign_in_settings', 'sign-in-settings', 'tenant_id', array[
  'sso_required', 'break_glass_user_id', 'second_factor_demanded', 'networks']);
