-- Two thirds are no decimal. `threshold` is the fraction rounded, which the release before reads.
alter table meeting_items
  add column threshold_fraction text check (threshold_fraction ~ '^[1-9][0-9]{0,3}/[1-9][0-9]{0,3}$'),
  add constraint meeting_items_fraction_rounded check (threshold_fraction is null or threshold is not null);
