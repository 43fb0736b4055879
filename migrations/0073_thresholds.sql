-- The part of the votes for and against that an item needs; null: more for than against, and of a director, the most.
alter table meeting_items add column threshold numeric(9, 8) check (threshold > 0 and threshold <= 1);
