import { toMinor } from '#kernel/money.ts';
import { insertUse, toForfeiture } from '#plans/forfeitures/forfeiture.repository.ts';
import * as routes from '#plans/forfeitures/forfeitures.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.useForfeitures, async ({ body, headers, serializableTx }) => {
  const { plan_type: planType, currency, amount, pay_date: payDate } = body;
  const idempotencyKey = headers.get('idempotency-key')?.[0] ?? '';
  const use = { planType, currency, amountMinor: toMinor(amount, currency), payDate, idempotencyKey };
  return serializableTx(async (tx) => toForfeiture(await insertUse(tx, use)));
});
