-- A verified payee whose identity changes is no longer verified, by whichever way the change comes: a request or a file.
create trigger verify_renamed before update of name on shareholders for each row
  when (old.kyc_status = 'VERIFIED' and new.kyc_status = 'VERIFIED' and new.name <> old.name and new.purged_at is null)
  execute function ask_for_kyc_again();
create trigger verify_reborn before update of date_of_birth on participants for each row
  when (old.kyc_status = 'VERIFIED' and new.kyc_status = 'VERIFIED' and new.date_of_birth is distinct from old.date_of_birth
    and old.date_of_birth is not null and new.purged_at is null)
  execute function ask_for_kyc_again();
