-- An account is tried from a source more and more rarely: not before this instant. Absent in counts over all sources, or all accounts.
alter table login_failures add column blocked_until timestamptz;
