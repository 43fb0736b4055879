import { acceptInstruction, authenticateClient } from '#payments/mock-bank/accept-instruction.ts';
import * as routes from '#payments/mock-bank/mock-bank.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.createBankPayment, async ({ body, headers, requestId }) => {
  await authenticateClient(headers);
  return acceptInstruction(body, headers.get('idempotency-key')?.[0], requestId);
});
