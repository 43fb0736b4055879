-- The authentication context that a tenant's OpenID provider is asked for, and that proves a second factor where an ID token has it: what a word of
-- `acr` or `acrs` stands for is settled in each directory.
alter table connections add column authentication_context text
  check (authentication_context is null or kind = 'OIDC' and length(authentication_context) between 1 and 200);

-- What is recorded of a connection grows by what is new.
drop trigger record_change on connections;
drop trigger leave_entry_of_status on connections;
call record_changes('connections', 'connections', 'id', array[
  'kind', 'issuer', 'client_id', 'client_authentication', 'scopes', 'subject_claim', 'employee_id_claim', 'role_map', 'status', 'tested_at',
  'sso_url', 'certificates', 'signing_certificate', 'idp_initiated', 'authentication_context'],
  'connection', array['status']);
