import { getNames } from '#identity/tenants/tenant.repository.ts';
import { http } from '#platform/http/http.ts';
import * as routes from '#uploads/drop/drop-credentials.routes.ts';
import { addCredential } from '#uploads/drop/manage-credential.ts';

export const handler = http(routes.createDropCredential, async ({ body, principal, tenantTx }) => {
  const { name, expires_in_days: days } = body;
  return tenantTx(
    async (tx) => {
      const [folder] = await getNames(tx, principal.tenantId);
      return addCredential(tx, { name, days }, { owner_id: principal.actorId, folder });
    },
    { payload: { expires_in_days: days } },
  );
});
