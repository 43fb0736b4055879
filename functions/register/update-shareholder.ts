import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { http } from '#platform/http/http.ts';
import { toChangedShareholder } from '#register/shareholder.repository.ts';
import * as routes from '#register/shareholders.routes.ts';

const route = routes.updateShareholder;

export const handler = http(
  route,
  async ({ params, body, expectedVersion, principal, requestId, tenantTx }) => {
    // Loaded here: with it, the function’s code would be longer than a cold start may read.
    const { proposeShareholderChange } = await import('#register/propose-positions.ts');
    const { contact, effective_date, security_class, reason, ...fields } = body;
    const { holdings } = fields;
    const change = { ...contact, ...fields };
    const note = { effective_date, security_class, reason };
    const proposed = { id: params.id, version: expectedVersion, change, note };
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx(
      async (tx) => answerOf(await proposeShareholderChange(tx, proposed, proposer), toChangedShareholder),
      entryOf(holdings === undefined ? route.audit : 'position.adjusted', ({ id }) => `shareholders/${id}`),
    );
  },
);
