import { dayOf } from '#kernel/calendar.ts';
import * as routes from '#ledger/ledger.routes.ts';
import { listAccounts } from '#ledger/trial-balance.repository.ts';
import { toTrialBalance } from '#ledger/trial-balance.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getTrialBalance, async ({ query, tenantRead }) => {
  const asOf = query.as_of ?? dayOf(new Date());
  return toTrialBalance(asOf, await tenantRead((read) => listAccounts(read, asOf)));
});
