-- The function has another parameter, which would leave the former one beside it.
drop function if exists has_second_person(uuid);
