import type { z } from 'zod';
import type { ChangeRequest } from '#approvals/change-request.ts';
import type { Proposer } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { fromMinor } from '#kernel/money.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { candidatesFor, legsOf } from './apply-statement.ts';
import type { Tokens } from './reference-tokens.ts';
import type { NewLeg, StatementItemRow } from './statement.repository.ts';

/** An entry of the bank is one of these to us, and nothing that the ledger has. */
export type Explanation = NonNullable<StatementItemRow['explanation']>;

/** A person says that an item stands for this: one of the three. */
export interface StandsFor {
  readonly transaction_id?: string | undefined;
  readonly bank_file_id?: string | undefined;
  readonly explanation?: Explanation | undefined;
  /** The evidence of an explanation. */
  readonly reason?: string | undefined;
}

/** A match that waits, as its change request keeps it. */
export interface ProposedStanding extends Omit<StandsFor, 'reason'> {
  readonly file_id: string;
}

/**
 * Proposes what an item of a statement stands for.
 * @throws DomainError `bank-item-resolved`, `bank-item-not-of-payment`, `change-pending`
 */
export async function proposeStanding(
  tx: TenantTx,
  item: StatementItemRow,
  { reason, ...standing }: StandsFor,
  proposer: Proposer,
): Promise<z.infer<typeof ChangeRequest>> {
  const { id, file_id, line, day, amount, currency, code, reference } = item;
  await legsFor(tx, item, standing);
  return requestChange(
    tx,
    {
      kind: 'statement-item',
      subject: { type: 'statement-items', id },
      before: null,
      after: {
        ...{ file_id, line, day, code, reference, currency },
        amount: fromMinor(amount, currency),
        ...standing,
        ...(reason === undefined ? {} : { evidence: reason }),
      },
      proposal: { file_id, ...standing } satisfies ProposedStanding,
    },
    proposer,
  );
}

/**
 * Returns what of the ledger an item stands for, if a person is right; nothing for an explanation.
 * @throws DomainError `bank-item-resolved`, `bank-item-not-of-payment`
 */
export async function legsFor(
  tx: TenantTx,
  { id, state, day, amount, currency }: StatementItemRow,
  { transaction_id, bank_file_id, explanation }: StandsFor,
): Promise<NewLeg[]> {
  if (state !== 'UNMATCHED') throw new DomainError('bank-item-resolved', `The item is ${state} already.`);
  if (explanation !== undefined) return [];
  const meant = transaction_id ?? bank_file_id ?? '';
  const candidates = await candidatesFor(
    tx,
    [{ day, amountMinor: amount, texts: [meant], details: [] }],
    currency,
  );
  const tokens: Tokens = { ids: [meant], traces: [], references: [], text: '' };
  const match = candidates.match({ day, amountMinor: amount, tokens });
  const isMeant = typeof match !== 'string' && (match.kind === 'PAYMENTS') === (transaction_id !== undefined);
  if (!isMeant)
    throw new DomainError(
      'bank-item-not-of-payment',
      WHY[typeof match === 'string' ? match : 'other-amount'],
    );
  return legsOf(id, match, candidates);
}

const WHY = {
  ambiguous: 'Several batches of the file have that amount: name a payment.',
  'matched-before': 'It stands in another entry of a statement already.',
  'not-sent': 'The ledger has not sent the payment.',
  'other-amount': 'It has another amount.',
  unknown: 'There is no payment or outbound file of that id that the bank has.',
} as const;
