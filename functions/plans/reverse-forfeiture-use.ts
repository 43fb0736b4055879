import { insertReversal, toForfeiture } from '#plans/forfeitures/forfeiture.repository.ts';
import * as routes from '#plans/forfeitures/forfeitures.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.reverseForfeitureUse, async ({ params, headers, serializableTx }) => {
  const idempotencyKey = headers.get('idempotency-key')?.[0] ?? '';
  return serializableTx(async (tx) =>
    toForfeiture(found(await insertReversal(tx, params.id, idempotencyKey))),
  );
});
