import { http } from '#platform/http/http.ts';
import { changeShareholder } from '#shareholders/change-shareholder.ts';
import { toShareholder } from '#shareholders/shareholder.repository.ts';
import { setShareholderKyc } from '#shareholders/shareholders.routes.ts';

export const handler = http(setShareholderKyc, async ({ params, body, expectedVersion, tenantTx }) =>
  tenantTx(async (tx) =>
    toShareholder(await changeShareholder(tx, params.id, expectedVersion, { kyc_status: body.status })),
  ),
);
