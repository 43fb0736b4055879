-- What can't be published waits longer after each attempt, so that it holds back nothing that came after it.
alter table outbox add column attempts integer not null default 0, add column next_attempt_at timestamptz;
