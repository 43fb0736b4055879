-- A payee is told of a new bank account, and need not be a user.
alter table notices alter column user_id drop not null;
