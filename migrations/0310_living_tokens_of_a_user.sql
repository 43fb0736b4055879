-- A sign-in looks for the sessions of its user that live, and a tenant has thousands of users.
create index refresh_tokens_of_user on refresh_tokens (tenant_id, user_id) where rotated_at is null and revoked_at is null;
