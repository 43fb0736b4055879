import * as z from 'zod';
import { id, idInPath } from '#kernel/fields.ts';
import { BANK_PAYMENT_STATUSES } from '#payments/bank/bank-event-kind.ts';
import { route } from '#platform/http/route.ts';

/** An order, as a bank with an HTTP interface takes it. Unknown fields are let pass, as banks do. */
export const BankInstruction = z.looseObject({
  client_id: id,
  reference: id,
  amount: z.string().regex(/^[1-9]\d{0,17}$/),
  currency: z.string().regex(/^[A-Z]{3}$/),
  routing_number: z.string().regex(/^\d{9}$/),
  account_number: z.string().regex(/^[\d-]{4,17}$/),
  /** The reference of the payment whose money is to be taken back from the account. */
  reverses: id.optional(),
});

export const BankPayment = z.object({
  id: z.string(),
  reference: z.string(),
  status: z.enum(BANK_PAYMENT_STATUSES),
  code: z.string().nullable(),
});

const shared = {
  base: 'root',
  roles: 'PUBLIC',
  response: BankPayment,
  limit: 'bank',
  problems: ['invalid-signature', 'not-found', 'temporarily-unavailable', 'malformed-request'],
} as const;

export const createBankPayment = route({
  operationId: 'createBankPayment',
  method: 'POST',
  path: '/mock-bank/payments',
  summary: 'The mock bank takes an order to pay',
  description:
    'Account numbers say what becomes of it: docs/mock-bank.md. `Idempotency-Key` names the order.',
  ...shared,
  body: BankInstruction,
  example: {
    client_id: '0198c0de-0000-7000-8000-000000000001',
    reference: '0198c0de-0000-7000-8000-000000000002',
    amount: '12550',
    currency: 'USD',
    routing_number: '121042882',
    account_number: '900000000000',
  },
  status: 200,
  uses: ['bank:verify', 'queue:mock-bank-callbacks:send'],
});

export const getBankPayment = route({
  operationId: 'getBankPayment',
  method: 'GET',
  path: '/mock-bank/payments/{id}',
  summary: 'The mock bank says what became of an order',
  ...shared,
  params: idInPath,
  status: 200,
  uses: ['bank:verify'],
});
