import * as routes from '#ledger/ledger.routes.ts';
import { listAccounts } from '#ledger/trial-balance.repository.ts';
import { toTrialBalance } from '#ledger/trial-balance.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getTrialBalance, async ({ query, tenantRead }) =>
  tenantRead(async (read) => {
    const asOf = query.as_of ?? (await todayOf(read));
    return toTrialBalance(asOf, await listAccounts(read, asOf));
  }),
);
