-- The person, API key or connection for whom a row was made. Rows of before, and those that nobody has asked for, have none: the columns are added
-- without a default, so that no row is written anew.
alter table tenants add column created_by uuid;
alter table tenants alter column created_by set default current_actor();
alter table users add column created_by uuid;
alter table users alter column created_by set default current_actor();
alter table tenant_links add column created_by uuid;
alter table tenant_links alter column created_by set default current_actor();
alter table connections add column created_by uuid;
alter table connections alter column created_by set default current_actor();
alter table webhooks add column created_by uuid;
alter table webhooks alter column created_by set default current_actor();
alter table webhook_deliveries add column created_by uuid;
alter table webhook_deliveries alter column created_by set default current_actor();
alter table upload_mappings add column created_by uuid;
alter table upload_mappings alter column created_by set default current_actor();
