import { setParticipantKyc } from '#payments/payees/bank-accounts.routes.ts';
import { findParticipantKyc, setKyc } from '#payments/payees/payee.repository.ts';
import { changed } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(setParticipantKyc, async ({ params, body, expectedVersion, tenantTx }) =>
  tenantTx(
    async (tx) => {
      const updated = await setKyc(tx, params.employee, expectedVersion, body.status);
      return changed(updated, () => findParticipantKyc(tx, params.employee));
    },
    { resource: () => 'participants' },
  ),
);
