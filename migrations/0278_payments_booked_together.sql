-- What a statement changes of payments is booked by one statement.
drop trigger post_payment on transactions;
create trigger post_payment after update on transactions
  referencing old table as former new table as changed
  for each statement execute function post_payment();
