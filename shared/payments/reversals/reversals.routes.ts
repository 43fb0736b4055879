import * as z from 'zod';
import { idInPath, text } from '#kernel/fields.ts';
import { Transaction } from '#payments/orders/orders.routes.ts';
import { route } from '#platform/http/route.ts';

export const reverseTransaction = route({
  operationId: 'reverseTransaction',
  method: 'POST',
  path: '/transactions/{id}/reversal',
  summary: 'Ask for the money of a payment that has left back',
  description: [
    'For a payment that is `SENT` or `SETTLED`, whole, within five banking days of its settlement date. Nacha permits it for a payment that was made twice, or with a wrong amount, payee or date; tell the payee before it arrives. A second person decides, see `/approvals`.',
    'The answer is the reversal, a transaction of its own with an `id` of its own: it waits for approval, is `SENT` to the bank by the way of its payment, and is `SETTLED` once it has taken the money back, or `FAILED`, with the code of the return, where the payee’s bank refuses it. Until it is sent it can be cancelled.',
    'When it is settled, the payment is taken back as if it had been returned, with the code `REVERSED`: what a dividend owes is owed again, what a plan has paid is the plan’s, and what was owed to nobody is the issuer’s. A payment that comes back otherwise meanwhile is an exception, see `/exceptions`.',
  ].join('\n\n'),
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  body: z.strictObject({ reason: text(200) }),
  example: { reason: 'Paid twice: the same invoice was paid on the day before.' },
  status: 202,
  response: Transaction,
  concurrency: 'if-match',
  idempotency: 'required',
  audit: 'payment-reversal.requested',
  problems: [
    ...(['not-found', 'precondition-failed', 'precondition-required', 'change-pending'] as const),
    ...(['payment-not-reversible', 'reversal-too-late', 'payment-in-doubt'] as const),
  ],
  uses: ['eventBus:put', 'disbursementMachine:start'],
});
