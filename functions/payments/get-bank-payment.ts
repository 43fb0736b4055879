import { authenticateClient } from '#payments/mock-bank/accept-instruction.ts';
import { findByReference } from '#payments/mock-bank/bank-payment.repository.ts';
import { stateOf } from '#payments/mock-bank/bank-state.ts';
import * as routes from '#payments/mock-bank/mock-bank.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getBankPayment, async ({ params, headers }) => {
  await authenticateClient(headers);
  return stateOf(found(await findByReference(params.id)), new Date());
});
