-- A meeting that has not opened can be amended and cancelled. Nobody has voted by then.
alter table meetings add column version integer not null default 1, add column cancelled_at timestamptz;
grant update (title, record_date, opens_at, closes_at, quorum, version, cancelled_at) on meetings to vestry_app;
grant delete on meeting_items to vestry_app;
create trigger guard_meeting before update on meetings for each row execute function guard_meeting();
create trigger guard_meeting_item before delete on meeting_items for each row execute function guard_meeting_item();

drop trigger record_change on meetings;
call record_changes('meetings', 'meetings', 'id', array[
  'security_class', 'record_date', 'opens_at', 'closes_at', 'quorum', 'positions_known_at', 'cancelled_at']);
