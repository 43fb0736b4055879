-- The person, API key or connection for whom a row was made. Rows of before, and those that nobody has asked for, have none: the columns are added
-- without a default, so that no row is written anew.
alter table participants add column created_by uuid;
alter table participants alter column created_by set default current_actor();
alter table plans add column created_by uuid;
alter table plans alter column created_by set default current_actor();
alter table grants add column created_by uuid;
alter table grants alter column created_by set default current_actor();
alter table plan_documents add column created_by uuid;
alter table plan_documents alter column created_by set default current_actor();
alter table plan_document_versions add column created_by uuid;
alter table plan_document_versions alter column created_by set default current_actor();
alter table contributions add column created_by uuid;
alter table contributions alter column created_by set default current_actor();
alter table forfeiture_entries add column created_by uuid;
alter table forfeiture_entries alter column created_by set default current_actor();
alter table releases add column created_by uuid;
alter table releases alter column created_by set default current_actor();
