-- Money that is dated ahead is not there yet. Only what pays out, or takes money back, from a plan that has paid out is judged: contributions
-- to all the others pass by the condition.
create trigger guard_paid_out after update on plans for each row
  when (new.distributed > 0 and (new.distributed > old.distributed or new.employee_contributed < old.employee_contributed
    or new.employer_contributed < old.employer_contributed
    or new.vested_numerator::numeric * old.vested_denominator < old.vested_numerator::numeric * new.vested_denominator))
  execute function guard_paid_out();
