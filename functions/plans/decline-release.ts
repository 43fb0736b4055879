import { endRun } from '#plans/releases/end-release.ts';
import { toRelease } from '#plans/releases/release.repository.ts';
import * as routes from '#plans/releases/releases.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.declineRelease,
  ({ params, body, expectedVersion, principal, tenantTx }) => {
    const ending = {
      side: principal.tenantType === 'SPONSOR' ? 'SPONSOR' : 'ISSUER',
      reason: body.reason,
    } as const;
    return tenantTx(async (tx) => toRelease(await endRun(tx, { id: params.id, expectedVersion }, ending)));
  },
);
