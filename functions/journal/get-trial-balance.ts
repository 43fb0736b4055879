import { listAccounts } from '#journal/journal.repository.ts';
import { getTrialBalance } from '#journal/journal.routes.ts';
import { toTrialBalance } from '#journal/trial-balance.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getTrialBalance, async ({ query, tenantRead }) => {
  const asOf = query.as_of ?? new Date().toISOString().slice(0, 10);
  return toTrialBalance(asOf, await tenantRead((read) => listAccounts(read, asOf)));
});
