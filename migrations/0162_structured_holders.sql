-- A holder is a person or an organisation, and a person's name and an address may be known in parts beside the text.
alter table shareholders
  add column kind text check (kind in ('PERSON', 'ORGANISATION')),
  add column given_name text,
  add column family_name text,
  add column postal_address jsonb,
  add constraint shareholders_parts_of_a_person check (kind = 'PERSON' or given_name is null and family_name is null);
grant update (kind, given_name, family_name, postal_address) on shareholders to vestry_app, vestry_system;

-- A verified person whose name has other parts is somebody else, too. To learn the parts of a name that stays is no such change.
drop trigger verify_renamed on shareholders;
create trigger verify_renamed before update of name, given_name, family_name on shareholders for each row
  when (old.kyc_status = 'VERIFIED' and new.kyc_status = 'VERIFIED' and new.purged_at is null and (new.name <> old.name
    or coalesce(old.given_name, old.family_name) is not null and coalesce(new.given_name, new.family_name) is not null
      and (new.given_name, new.family_name) is distinct from (old.given_name, old.family_name)))
  execute function ask_for_kyc_again();
