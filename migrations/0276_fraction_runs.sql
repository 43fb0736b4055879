-- The cash for the fractions of a split is a dividend on the positions of before it, of what is cut off of each. The approval of the split is its own.
drop trigger record_change on dividends;
drop trigger leave_entry_of_state on dividends;
drop trigger leave_entry_of_approval on dividends;
alter table dividends
  add column corporate_action_id uuid,
  -- Each holder has numerator shares for denominator; rate_per_share is paid for a whole share of what is left over.
  add column numerator integer check (numerator > 0),
  add column denominator integer check (denominator > 0),
  -- A split has one run, whichever way it is asked for; nobody chooses a key for it.
  alter column idempotency_key drop not null,
  add constraint dividends_of_a_split check (num_nulls(corporate_action_id, numerator, denominator) in (0, 3)
    and (corporate_action_id is null or rate_per_share is not null) and (corporate_action_id is null) = (idempotency_key is not null)),
  add foreign key (tenant_id, corporate_action_id) references corporate_actions;
create unique index dividends_one_of_split on dividends (tenant_id, corporate_action_id) where corporate_action_id is not null;
call record_changes('dividends', 'dividends', 'id', array[
  'state', 'approval', 'security_class', 'currency', 'exponent', 'rate_per_share', 'total_pool', 'declaration_date', 'record_date', 'payable_date',
  'holders', 'total_amount', 'withheld_amount', 'residual', 'snapshot_sha256', 'positions_known_at', 'cancel_reason', 'corporate_action_id'],
  'dividend', array['state', 'approval']);
