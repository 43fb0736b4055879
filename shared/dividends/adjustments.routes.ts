import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { id, idInPath, text } from '#kernel/fields.ts';
import { signedAmount } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';

const MOST_REASON = 500;

export const adjustDividend = route({
  operationId: 'adjustDividend',
  method: 'POST',
  path: '/dividends/{id}/adjustments',
  summary: 'Correct what a holder is owed by a dividend',
  description:
    'A holder who was missed, or who was entitled to more, is owed `amount` beside the line of the snapshot, and is paid as the others are. A negative `amount` takes back at most what is unpaid and not on its way: payments that nobody has received are replaced by one for what is left of them. A second person has to approve it: the answer is a change request, with what the holder is owed before and after. The adjustment is dated by its approval; the snapshot and its hash stay what they were. It is refused until the payments of the dividend are written, and once it is cancelled. Holders of treasury shares are not paid: nothing can be added for them.',
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  body: z.strictObject({ shareholder_id: id, amount: signedAmount(), reason: text(MOST_REASON) }),
  example: {
    shareholder_id: '0198c5a4-7d2e-7c31-9a44-3f1f5a1b2c3d',
    amount: '125.50',
    reason: 'Transfer of March 1 was lodged late.',
  },
  status: 202,
  response: ChangeRequest,
  concurrency: 'if-match-honoured',
  idempotency: 'required',
  audit: 'dividend.adjusted',
  waiting: ChangeRequest,
  problems: [
    'not-found',
    'dividend-not-adjustable',
    'adjustment-exceeds-unpaid',
    'idempotency-key-reused',
    'change-pending',
  ],
  uses: ['eventBus:put'],
});
