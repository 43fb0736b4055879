-- The person, API key or connection for whom a row was made. Rows of before, and those that nobody has asked for, have none: the columns are added
-- without a default, so that no row is written anew.
alter table dividends add column created_by uuid;
alter table dividends alter column created_by set default current_actor();
alter table meetings add column created_by uuid;
alter table meetings alter column created_by set default current_actor();
alter table votes add column created_by uuid;
alter table votes alter column created_by set default current_actor();
