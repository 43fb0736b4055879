import * as z from 'zod';
import { dateOut, isoDate } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';

export const TrialBalance = z.object({
  as_of: dateOut,
  data: z.array(
    z.object({
      account: z.string(),
      currency: z.string(),
      debits: amountOut,
      credits: amountOut,
      /** Debits − credits. */
      balance: amountOut,
    }),
  ),
});

export const getTrialBalance = route({
  operationId: 'getTrialBalance',
  method: 'GET',
  path: '/reports/trial-balance',
  summary: 'Report debits, credits and balance of every account',
  description:
    'Sums all entries that are effective on `as_of` (default today, in the tenant’s time zone). The balances of a currency sum to zero. `IN_TRANSIT` is money that is sent and not settled, with the sign reversed.',
  tenants: ['ISSUER', 'SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({ as_of: isoDate.optional() }),
  status: 200,
  response: TrialBalance,
  limit: 'reports',
  problems: [],
  uses: [],
});
