import type { z } from 'zod';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Proposer, proposeControlled, stillThere, type Waiting } from '#approvals/propose-change.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { exponentOf, fromMinor } from '#kernel/money.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { requireDeclaredClass } from '#register/classes/declared-class.ts';
import { listTooLate } from '#register/too-late.ts';
import { type CashTotals, findCash } from './cash-in-lieu.repository.ts';
import {
  type CashTerms,
  type CorporateActionRow,
  findAction,
  findDependent,
  findLater,
  findTotals,
  insertAction,
  type SplitTerms,
  type SplitTotals,
  setState,
  toCorporateAction,
  waitForWriters,
} from './corporate-action.repository.ts';
import type { proposeCorporateAction } from './corporate-actions.routes.ts';

type Proposed =
  | { readonly split: SplitTerms & { readonly id: string }; readonly cash?: CashTerms | null }
  | { readonly reversed: { readonly id: string; readonly version: number } };

/** Reads a proposal as the terms of a split, and those of the cash for its fractions. */
export function termsOf({
  kind: _,
  security_class = DEFAULT_SECURITY_CLASS,
  price_per_share,
  currency,
  payable_date,
  ...rest
}: z.output<typeof proposeCorporateAction.body>): { terms: SplitTerms; cash: CashTerms | null } {
  const isPaid = price_per_share !== undefined && currency !== undefined && payable_date !== undefined;
  return {
    terms: { security_class, ...rest },
    cash: isPaid ? { price_per_share, currency, exponent: exponentOf(currency), payable_date } : null,
  };
}

/** A number of shares of a class has fewer digits before the point. */
const TOO_MANY = 20;

/**
 * Returns what a split would come to, if it can be made.
 * @throws DomainError `validation-failed`, `corporate-action-exists`
 */
export async function previewSplit(read: TenantRead, terms: SplitTerms, cash: CashTerms | null) {
  await requireDeclaredClass(read, terms.security_class);
  await refuseSettled(read, terms);
  const totals = shown(await findTotals(read, terms));
  if (totals.holders === 0)
    throw invalidField('/security_class', 'no-shares', 'has no shares that could be split');
  for (const shares of [totals.after, totals.authorized_after ?? '0'])
    if ((shares.split('.')[0] ?? '').length > TOO_MANY)
      throw invalidField('/numerator', 'too-large', `would make more shares than ${TOO_MANY} digits can say`);
  return {
    kind: 'SPLIT' as const,
    ...terms,
    ...totals,
    ...(cash === null ? {} : { cash: shownCash(cash, await findCash(read, terms, cash)) }),
  };
}

/** Proposes a split; a second person approves it. */
export async function proposeSplit(
  tx: TenantTx,
  terms: SplitTerms,
  cash: CashTerms | null,
  proposer: Proposer,
): Promise<Waiting> {
  const { kind, cash: paid, ...preview } = await previewSplit(tx, terms, cash);
  const { largest: _, ...cashTotals } = paid ?? {};
  const id = uuidV7();
  return proposeControlled(
    tx,
    {
      kind: 'corporate-action',
      subject: { type: 'corporate-actions', id },
      before: null,
      after: { kind, ...preview, ...(paid === undefined ? {} : { cash: cashTotals }) },
      proposal: { split: { id, ...terms }, cash } satisfies Proposed,
    },
    proposer,
  );
}

/**
 * Proposes to reverse a split as a whole.
 * @throws DomainError `not-found`, `precondition-failed`, `corporate-action-not-reversible`, `change-pending`
 */
export async function proposeReversal(
  tx: TenantTx,
  {
    id,
    version,
    reason,
  }: { readonly id: string; readonly version: number; readonly reason: string | undefined },
  proposer: Proposer,
): Promise<Waiting> {
  const action = asRead(await findAction(tx, id), version);
  await refuseIrreversible(tx, action);
  const { security_class, effective_date } = action;
  const too_late_for =
    action.state === 'APPLIED' ? await listTooLate(tx, { security_class, effective_date }) : [];
  return proposeControlled(
    tx,
    {
      kind: 'corporate-action',
      subject: { type: 'corporate-actions', id },
      before: toCorporateAction(action),
      after: {
        state: 'REVERSED',
        ...(reason === undefined ? {} : { reason }),
        ...(too_late_for.length === 0 ? {} : { too_late_for }),
      },
      proposal: { reversed: { id, version } } satisfies Proposed,
    },
    proposer,
  );
}

function shown(totals: SplitTotals): SplitTotals {
  const { holders, before, after, fractions_total, authorized_before, authorized_after } = totals;
  return {
    holders,
    before: canonicalDecimal(before),
    after: canonicalDecimal(after),
    fractions_total: canonicalDecimal(fractions_total),
    authorized_before: authorized_before === null ? null : canonicalDecimal(authorized_before),
    authorized_after: authorized_after === null ? null : canonicalDecimal(authorized_after),
  };
}

/** The largest sum of minor units that a dividend can have. */
const MOST_CASH = 2n ** 63n - 1n;

/** @throws DomainError `validation-failed` */
function shownCash({ exponent: _, ...terms }: CashTerms, { total, withheld, largest, ...cash }: CashTotals) {
  if (BigInt(total) > MOST_CASH)
    throw invalidField('/price_per_share', 'too-large', 'comes to more than can be paid at once');
  const money = (minor: string) => fromMinor(BigInt(minor), terms.currency);
  return {
    ...terms,
    ...cash,
    shares: canonicalDecimal(cash.shares),
    total_amount: money(total),
    withheld_amount: money(withheld),
    largest: largest.map((line) => ({ ...line, amount: money(line.amount), withheld: money(line.withheld) })),
  };
}

/** Refuses a day as of which positions of the class have changed already, or were frozen: what those numbers mean would change under them. */
async function refuseSettled(read: TenantRead, terms: SplitTerms): Promise<void> {
  const { frozen, changed, split } = await findLater(read, terms);
  const refuse = (code: string, message: string) => invalidField('/effective_date', code, message);
  if (frozen !== null)
    throw refuse('record-date-frozen', `must be after the record date of the ${frozen}, which is frozen`);
  if (split === terms.effective_date)
    throw new DomainError('corporate-action-exists', `The class is split as of ${split} already.`);
  if (split !== null) throw refuse('before-split', `must be after the split of the class as of ${split}`);
  if (changed !== null)
    throw refuse(
      'positions-changed',
      `must be after ${changed}, as of which positions of the class have changed`,
    );
}

/** @throws DomainError `corporate-action-not-reversible` */
async function refuseIrreversible(read: TenantRead, action: CorporateActionRow): Promise<void> {
  const refuse = (why: string) => new DomainError('corporate-action-not-reversible', why);
  if (action.state === 'SCHEDULED') return;
  if (action.state !== 'APPLIED') throw refuse(`It is ${action.state}.`);
  const { split, source, paid } = await findDependent(read, action);
  if (paid !== null)
    throw refuse(`Payments of dividend ${paid}, which pays its fractions, have been ordered.`);
  if (split !== null)
    throw refuse(`The later split ${split} of the class stands on it. Reverse that one first.`);
  if (source !== null)
    throw refuse(
      `Positions of the class have changed since, as of its day or later, the last of them by ${source}. Reverse those changes first, as of their own days.`,
    );
}

export const splitEffects: ChangeEffects = {
  approved: async (tx, { proposal }) => {
    const proposed = proposal as Proposed;
    // Nobody is entering shares who has not seen it.
    await waitForWriters(tx);
    if ('split' in proposed) {
      await refuseSettled(tx, proposed.split);
      await insertAction(tx, proposed.split, proposed.cash ?? null);
    } else {
      const { id, version } = proposed.reversed;
      const action = await findAction(tx, id);
      const current = stillThere(action?.version === version ? action : undefined);
      await refuseIrreversible(tx, current);
      const to = current.state === 'SCHEDULED' ? 'REVERSED' : 'REVERSING';
      stillThere(await setState(tx, id, { from: [current.state], to, version }));
    }
    return undefined;
  },
};
