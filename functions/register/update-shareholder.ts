import { http } from '#platform/http/http.ts';
import { changeShareholder } from '#register/change-shareholder.ts';
import { toShareholder } from '#register/shareholder.repository.ts';
import * as routes from '#register/shareholders.routes.ts';

export const handler = http(routes.updateShareholder, async ({ params, body, expectedVersion, tenantTx }) => {
  const { contact, name, holdings, ...note } = body;
  const change = { ...contact, name, holdings };
  return tenantTx(
    async (tx) => toShareholder(await changeShareholder(tx, params.id, expectedVersion, change, note)),
    { action: holdings === undefined ? 'shareholder.updated' : 'position.adjusted' },
  );
});
