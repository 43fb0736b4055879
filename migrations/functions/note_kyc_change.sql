-- The instant of a new KYC status is when it is set, not when its transaction began: files are compared with it.
create or replace function note_kyc_change() returns trigger
  language plpgsql
  as $$
begin
  new.kyc_changed_at := clock_timestamp();
  return new;
end
$$;
