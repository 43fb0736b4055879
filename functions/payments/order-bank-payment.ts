import { knowClient, orderPayment } from '#payments/mock-bank/accept-instruction.ts';
import { orderBankPayment } from '#payments/mock-bank/mock-bank.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(orderBankPayment, async ({ body, headers, requestId }) => {
  await knowClient(headers);
  return orderPayment(body, headers.get('idempotency-key')?.[0], requestId);
});
