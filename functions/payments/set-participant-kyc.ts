import { setParticipantKyc } from '#payments/payees/bank-accounts.routes.ts';
import { findParticipantKyc, setKyc } from '#payments/payees/payee.repository.ts';
import { changed } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(setParticipantKyc, async ({ params, body, expectedVersion, tenantTx }) =>
  tenantTx(
    async (tx) => {
      const updated = await setKyc(tx, params.employee, expectedVersion, body.status);
      const { kyc_status, ...rest } = await changed(updated, () => findParticipantKyc(tx, params.employee));
      return { ...rest, kyc_status: kyc_status as 'VERIFIED' };
    },
    { resource: () => 'participants' },
  ),
);
