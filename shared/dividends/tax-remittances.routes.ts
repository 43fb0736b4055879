import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { dateOut, idOut, instantOut, isoDate, text } from '#kernel/fields.ts';
import { amountOut, currency, signedAmount } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';

const MOST_REFERENCE = 100;

/** Returns to the Internal Revenue Service: 945 of backup withholding, 1042 of nonresidents. */
const form = z.enum(['945', '1042'], 'must be 945 or 1042');

export const TaxRemittance = z.object({
  id: idOut,
  form,
  /** Negative: it came back from the authority. */
  amount: amountOut,
  currency: z.string(),
  paid_on: dateOut,
  reference: z.string(),
  approved_by: idOut,
  created_at: instantOut,
  created_by: idOut.nullable(),
});

const path = '/tax-remittances';

export const recordTaxRemittance = route({
  operationId: 'recordTaxRemittance',
  method: 'POST',
  path,
  summary: 'Record that withheld tax was paid to the authority',
  description:
    'The payment itself is made outside of here, as by EFTPS: this records it, and the account TAX_WITHHELD owes so much less from `paid_on` on, which isn’t in the future. At most what is withheld can be recorded, as of that day and as of today; a negative `amount` records what came back, or takes a mistake back, of at most what was recorded for the form. A second person has to approve it: the answer is a change request.',
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS'],
  body: z.strictObject({
    form,
    amount: signedAmount(),
    currency,
    paid_on: isoDate,
    reference: text(MOST_REFERENCE),
  }),
  example: {
    ...{ form: '945', amount: '1200.00', currency: 'USD', paid_on: '2026-03-16' },
    reference: '270647512345678',
  },
  status: 202,
  location: '/approvals/{id}',
  response: ChangeRequest,
  concurrency: 'etag',
  idempotency: 'required',
  audit: 'tax-remittance.proposed',
  problems: ['idempotency-key-reused', 'change-pending'],
  uses: ['eventBus:put'],
});

export const listTaxRemittances = route({
  operationId: 'listTaxRemittances',
  method: 'GET',
  path,
  summary: 'List what was paid of withheld tax, newest first',
  description:
    'What is still owed is the balance of TAX_WITHHELD in `/reports/trial-balance`. One that waits for a second person is among the change requests, `/approvals?kind=tax-remittance`.',
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(TaxRemittance),
  problems: [],
  uses: [],
});
