-- How far the trail of a tenant has been told to those of its webhooks that ask for changes of records; null before the first has asked.
alter table security_reports add column changes_reported_to xid8;
