-- Returns the percentage of backup withholding: the fourth lowest rate of 26 USC 1(c), by 26 USC 3406(a)(1).
create or replace function backup_withholding_rate() returns numeric language sql immutable parallel safe return 24;
grant execute on function backup_withholding_rate to vestry_app;
