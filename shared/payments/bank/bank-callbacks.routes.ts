import * as z from 'zod';
import { id } from '#kernel/fields.ts';
import { isChangeCode } from '#payments/nacha/change-codes.ts';
import { isReturnReasonCode } from '#payments/nacha/return-codes.ts';
import { route } from '#platform/http/route.ts';
import { BANK_EVENT_KINDS } from './bank-event-kind.ts';

/** A bank event of one payment. `client_id` and `reference` are the ids that we gave for tenant and transaction. */
export const BankCallback = z
  .strictObject({
    event_id: z.string().min(1).max(100),
    client_id: id,
    reference: id,
    kind: z.enum(BANK_EVENT_KINDS),
    code: z.string().optional(),
    /** The text of positions 36 to 64 of a notification of change. */
    corrected_data: z.string().max(29).optional(),
  })
  .refine(
    ({ kind, code = '' }) =>
      kind === 'SETTLED' || (kind === 'CORRECTED' ? isChangeCode(code) : isReturnReasonCode(code)),
    'needs a code of its kind',
  );

export const receiveBankCallback = route({
  operationId: 'receiveBankCallback',
  method: 'POST',
  path: '/bank/callbacks',
  summary: 'Report an event of a payment',
  description:
    'Only the bank calls this route. `X-Bank-Signature: t=<seconds since 1970>,v1=<HMAC-SHA-256 of "<t>.<body>", hexadecimal>`, with the client’s key; it is refused when it is more than five minutes old. A repetition is answered like the first call.',
  roles: 'PUBLIC',
  body: BankCallback,
  example: {
    event_id: '1',
    client_id: '0198c0de-0000-7000-8000-000000000001',
    reference: '0198c0de-0000-7000-8000-000000000002',
    kind: 'SETTLED',
  },
  status: 200,
  response: z.object({ received: z.literal(true) }),
  audit: 'bank-event.received',
  limit: 'bank',
  problems: ['invalid-signature', 'not-found', 'payment-not-released'],
  uses: [
    'bank:verify',
    'fieldKey:use',
    'eventBus:put',
    'disbursementMachine:start',
    'disbursementMachine:report',
  ],
});
