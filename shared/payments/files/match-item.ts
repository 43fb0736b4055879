import type { ChangeEffects } from '#approvals/decide-change.ts';
import { stillThere } from '#approvals/propose-change.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { type Answer, applyAnswer } from './apply-item.ts';
import { hasOpenItems, lockInboundFile, lockItem, setRead, setResolved } from './inbound-file.repository.ts';
import { type ProposedMatch, requireMatching } from './propose-match.ts';

/** Books the item. Whoever waits for the payment is told after the commit. */
async function book(
  tx: TenantTx,
  itemId: string,
  { file_id, transaction_id, account_id, change }: ProposedMatch,
) {
  stillThere(await lockInboundFile(tx, file_id));
  const item = stillThere(await lockItem(tx, file_id, itemId));
  const meant = transaction_id === undefined ? { bank_account_id: account_id } : { transaction_id };
  const { prenote_id } = await requireMatching(tx, item, meant);
  const answer: Answer = {
    kind: item.kind ?? 'RETURNED',
    code: item.code,
    traceNumber: item.trace_number ?? '',
    originalRdfi: item.original_rdfi ?? '',
    changeOf: (accountId) => (accountId === account_id ? change : {}),
  };
  const token =
    transaction_id === undefined
      ? await (await import('./answer-prenote.ts')).answerPrenote(tx, prenote_id ?? '', answer)
      : await applyAnswer(tx, transaction_id, answer);
  await setResolved(tx, itemId, { transaction_id: transaction_id ?? null, prenote_id });
  const isOpen = await hasOpenItems(tx, file_id);
  await setRead(tx, file_id, isOpen ? {} : { state: 'APPLIED', reason: null, reason_line: null });
  return () => reportTask(token);
}

export const bankItemEffects: ChangeEffects = {
  approved: (tx, { subject_id, proposal }) => book(tx, subject_id, proposal as ProposedMatch),
};
