-- Whoever was verified is somebody else now, or says so.
create or replace function ask_for_kyc_again() returns trigger
  language plpgsql
  as $$
begin
  new.kyc_status := 'PENDING';
  new.kyc_reason := null;
  new.kyc_effective_date := null;
  new.kyc_changed_at := clock_timestamp();
  return new;
end
$$;
