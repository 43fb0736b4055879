-- A KYC status says why it was set, and as of which day, where whoever set it has said so.
alter table shareholders
  add column kyc_reason text check (char_length(kyc_reason) between 1 and 200),
  add column kyc_effective_date date;
alter table participants
  add column kyc_reason text check (char_length(kyc_reason) between 1 and 200),
  add column kyc_effective_date date;
grant update (kyc_reason, kyc_effective_date) on shareholders, participants to vestry_app;
-- The purge forgets what somebody wrote of a person.
grant update (kyc_reason) on shareholders, participants to vestry_system;
