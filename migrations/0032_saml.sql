-- SAML: a connection has the provider's address and certificates in place of a client, and a key of ours by which requests are signed.
alter table connections
  drop constraint connections_kind_check,
  drop constraint connections_scopes_check,
  drop constraint connections_subject_claim_check,
  alter column client_id drop not null,
  add column sso_url text,
  -- The provider's certificates, as PEM: several while one takes the place of another.
  add column certificates text[],
  -- The certificate of our own key, as PEM.
  add column signing_certificate text,
  -- Whether the provider may begin a sign-in itself.
  add column idp_initiated boolean not null default false,
  add constraint connections_kind_check check (kind in ('OIDC', 'SAML')),
  add constraint connections_subject_claim_check check (subject_claim in ('sub', 'oid', 'NameID')),
  add constraint connections_of_kind check (case kind
    when 'OIDC' then client_id is not null and cardinality(scopes) > 0 and sso_url is null and certificates is null and signing_certificate is null
    else client_id is null and cardinality(scopes) = 0 and sso_url is not null and cardinality(certificates) > 0 and signing_certificate is not null
  end);

-- The id of an assertion, which is taken once from a provider.
alter table federated_sign_ins add column assertion_sha256 bytea;
alter table federated_sign_ins
  add constraint federated_sign_ins_assertion_once unique (tenant_id, connection_id, assertion_sha256);

-- What is recorded of a connection grows by what is new.
drop trigger record_change on connections;
drop trigger leave_entry_of_status on connections;
call record_changes('connections', 'connections', 'id', array[
  'kind', 'issuer', 'client_id', 'client_authentication', 'scopes', 'subject_claim', 'employee_id_claim', 'role_map', 'status', 'tested_at',
  'sso_url', 'certificates', 'signing_certificate', 'idp_initiated'],
  'connection', array['status']);
