import { findByReference } from '#mock-bank/bank-payment.repository.ts';
import { stateOf } from '#mock-bank/bank-state.ts';
import { getBankPayment } from '#mock-bank/mock-bank.routes.ts';
import { knowClient } from '#mock-bank/take-order.ts';
import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getBankPayment, async ({ params, headers }) => {
  await knowClient(headers);
  return stateOf(found(await findByReference(params.id)), new Date());
});
