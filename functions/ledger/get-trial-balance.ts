import { getTrialBalance } from '#ledger/ledger.routes.ts';
import { listAccounts } from '#ledger/trial-balance.repository.ts';
import { toTrialBalance } from '#ledger/trial-balance.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getTrialBalance, async ({ query, tenantRead }) => {
  const asOf = query.as_of ?? new Date().toISOString().slice(0, 10);
  return toTrialBalance(asOf, await tenantRead((read) => listAccounts(read, asOf)));
});
