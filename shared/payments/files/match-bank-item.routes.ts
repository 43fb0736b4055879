import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { id, idInPath, text } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { EXPLANATIONS } from './explanations.ts';

export const matchBankItem = route({
  operationId: 'matchBankItem',
  method: 'POST',
  path: '/bank-files/{id}/items/{item_id}/match',
  summary: 'Say by hand what an item of a bank’s file stands for',
  description:
    'For an item that is `UNMATCHED` or `UNREADABLE`; `If-Match` names the version of the file in which it was seen. A second person decides, see `/approvals`. An answer is then booked as if it had named the payment: a return takes back what was paid, and a notification of change corrects the account. What came back must be the amount of the payment. One that answers a prenote names the account (`bank_account_id`) that the bank was asked for: what comes back refuses it. An entry of a statement is booked nowhere: it stands for the payment or the outbound file (`bank_file_id`) of its amount, or for nothing of the ledger, for which `explanation` and `reason` account.',
  roles: ['ADMIN', 'OPS'],
  tenants: ['ISSUER', 'SPONSOR'],
  params: z.object({ id: idInPath.shape.id, item_id: idInPath.shape.id }),
  body: z
    .strictObject({
      transaction_id: id.optional(),
      bank_account_id: id.optional(),
      bank_file_id: id.optional(),
      explanation: z.enum(EXPLANATIONS, `must be one of ${EXPLANATIONS.join(', ')}`).optional(),
      reason: text(200).optional(),
    })
    .refine(
      ({ transaction_id, bank_account_id, bank_file_id, explanation }) =>
        [transaction_id, bank_account_id, bank_file_id, explanation].filter((one) => one !== undefined)
          .length === 1,
      'needs one of transaction_id, bank_account_id, bank_file_id and explanation',
    )
    .refine(
      ({ explanation, reason }) => (explanation === undefined) === (reason === undefined),
      'needs a reason with an explanation, and only there',
    ),
  example: { transaction_id: '0198c0de-0000-7000-8000-000000000001' },
  status: 202,
  response: ChangeRequest,
  concurrency: 'if-match',
  audit: 'bank-item.match-requested',
  problems: [
    'not-found',
    'precondition-failed',
    'precondition-required',
    'change-pending',
    'bank-item-resolved',
    'bank-item-not-of-payment',
    'payment-not-released',
  ],
  uses: ['fieldKey:use', 'eventBus:put'],
});
