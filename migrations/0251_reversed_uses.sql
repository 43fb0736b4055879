-- A use of forfeitures that was wrong is taken back, whole and once, by an entry of its own; entries never change.
alter table forfeiture_entries
  -- The use that the entry takes back.
  add column reverses uuid,
  drop constraint forfeiture_entries_kind_check,
  drop constraint forfeiture_entries_check,
  drop constraint forfeiture_entries_of,
  add constraint forfeiture_entries_kind_check check (kind in ('FORFEITED', 'RESTORED', 'USED', 'REVERSED')),
  add constraint forfeiture_entries_amount check (amount <> 0 and (amount > 0) = (kind in ('FORFEITED', 'REVERSED'))),
  add constraint forfeiture_entries_of check (
    (plan_id is null) = (kind in ('USED', 'REVERSED')) and (pay_date is not null) = (kind in ('USED', 'REVERSED'))
    and (reverses is not null) = (kind = 'REVERSED')),
  add constraint forfeiture_entries_reversed_once unique (tenant_id, reverses);
