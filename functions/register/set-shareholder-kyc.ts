import { http } from '#platform/http/http.ts';
import { changeShareholder } from '#register/change-shareholder.ts';
import { toShareholder } from '#register/shareholder.repository.ts';
import * as routes from '#register/shareholders.routes.ts';

export const handler = http(routes.setShareholderKyc, async ({ params, body, expectedVersion, tenantTx }) =>
  tenantTx(async (tx) =>
    toShareholder(await changeShareholder(tx, params.id, expectedVersion, { kyc_status: body.status })),
  ),
);
