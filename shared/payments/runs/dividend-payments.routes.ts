import * as z from 'zod';
import { PAYMENT_STANDINGS } from '#contracts/transactions.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { id, identifier, idInPath, idOut } from '#kernel/fields.ts';
import { Transaction } from '#payments/orders/orders.routes.ts';
import { route } from '#platform/http/route.ts';

export const DividendPayment = Transaction.extend({
  shareholder_id: idOut,
  /** The holder’s reference in the register. */
  external_ref: z.string(),
  /** The status, and what it does not tell: that the money came back, a person has denied it, or an adjustment has taken its place. */
  state: z.enum(PAYMENT_STANDINGS),
  /** The payment in whose place it is made. */
  replaces: idOut.optional(),
  /** The payment that is made in its place. */
  replaced_by: idOut.optional(),
});

export const listDividendPayments = route({
  operationId: 'listDividendPayments',
  method: 'GET',
  path: '/dividends/{id}/payments',
  summary: 'List the payments of a dividend',
  description:
    'All of them, those that were made again included, by holder id; of a holder the first comes first. An adjustment has a payment of its own. What is owed to whom, line by line, is at `/dividends/{id}/lines`.',
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  params: idInPath,
  query: z.strictObject({
    ...countedPage,
    state: z.enum(PAYMENT_STANDINGS, `must be one of ${PAYMENT_STANDINGS.join(', ')}`).optional(),
    shareholder_id: id.optional(),
    external_ref: identifier.optional(),
  }),
  status: 200,
  response: listOf(DividendPayment),
  discloses: true,
  problems: ['not-found'],
  uses: [],
});
