import * as routes from '#plans/grants/create-grant.routes.ts';
import { toGrant } from '#plans/grants/grant.repository.ts';
import { planLock } from '#plans/plan.repository.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.createGrant,
  async ({ params, body, headers, expectedVersion, serializableTx }) => {
    // Loaded here: with it, the function’s code would be longer than a cold start may read.
    const { addGrant } = await import('#plans/grants/add-grant.ts');
    const idempotencyKey = headers.get('idempotency-key')?.[0] ?? '';
    return serializableTx(
      async (tx) =>
        toGrant(
          await addGrant(tx, params.id, expectedVersion, body, { today: await todayOf(tx), idempotencyKey }),
        ),
      { lockFirst: planLock(params.id) },
    );
  },
);
