-- The person, API key or connection for whom a row was made. Rows of before, and those that nobody has asked for, have none: the columns are added
-- without a default, so that no row is written anew.
alter table shareholders add column created_by uuid;
alter table shareholders alter column created_by set default current_actor();
alter table security_classes add column created_by uuid;
alter table security_classes alter column created_by set default current_actor();
alter table transfers add column created_by uuid;
alter table transfers alter column created_by set default current_actor();
alter table corporate_actions add column created_by uuid;
alter table corporate_actions alter column created_by set default current_actor();
