import type { ChangeEffects } from '#approvals/decide-change.ts';
import {
  type Permit,
  type Proposer,
  proposeChange,
  stillThere,
  type Waiting,
} from '#approvals/propose-change.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DomainError, invalidField, notFound } from '#kernel/domain-error.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import {
  type ChangedShareholder,
  changeShareholder,
  type ProposedChange,
  tooLateFor,
} from './change-shareholder.ts';
import { requireDeclaredClass } from './classes/declared-class.ts';
import { enterShareholder, type NewShareholder } from './enter-shareholder.ts';
import { settleAddress, settleIdentity } from './holder-identity.ts';
import { exceedsLimit } from './limits/position-limits.ts';
import type { Frozen } from './load-positions.ts';
import { findPosition, isHeld, listClassesHeld } from './position.repository.ts';
import { type LedgerNote, refuseFuture } from './position-change.ts';
import {
  existsReference,
  lockShareholder,
  lockShareholders,
  type ShareholderRow,
} from './shareholder.repository.ts';
import { differenceOf } from './shares.ts';
import { refuseClosed } from './standing.ts';
import { listTooLate } from './too-late.ts';
import {
  type NewTransfer,
  requireReversible,
  type Transfer,
  type TransferOrder,
  transferShares,
} from './transfer-shares.ts';

interface ShareholderToChange {
  readonly id: string;
  readonly version: number;
  readonly change: ProposedChange;
  readonly note: LedgerNote;
}

/** A change of positions as a request keeps it. */
type Proposed =
  | { readonly entered: NewShareholder }
  | { readonly changed: ShareholderToChange }
  | { readonly transferred: NewTransfer };

const NONE = '0';

/**
 * Enters a holder, once a second person has approved it if the shares are more than the tenant's limit.
 * @throws DomainError `shareholder-exists`, `authorized-shares-exceeded`, `validation-failed`
 */
export async function proposeShareholder(
  tx: TenantTx,
  shareholder: Omit<NewShareholder, 'id' | 'name'> & { readonly name?: string | undefined },
  proposer: Proposer,
): Promise<ChangedShareholder | Waiting> {
  const { name: known, ...identity } = settleIdentity(undefined, shareholder);
  if (known === undefined) throw invalidField('/name', 'required', 'is required, whole or in parts');
  const entered = {
    ...{ ...shareholder, ...identity, ...settleAddress(undefined, shareholder) },
    ...{ name: known, id: uuidV7() },
  };
  const { id, external_ref, name, holdings = NONE, note } = entered;
  await requireDeclaredClass(tx, note.security_class);
  const { security_class: securityClass = DEFAULT_SECURITY_CLASS } = note;
  const isControlled =
    canonicalDecimal(holdings) !== NONE &&
    (await exceedsLimit(tx, {
      ...{ securityClass, shares: holdings, means: 'HAND', party: proposer.actorId },
      isFirst: true,
    }));
  if (isControlled) {
    await refuseFuture(tx, note.effective_date);
    if (await existsReference(tx, external_ref))
      throw new DomainError(
        'shareholder-exists',
        'Another shareholder of this tenant has this external_ref.',
      );
  }
  return proposeChange(
    tx,
    {
      kind: 'position',
      isControlled,
      subject: { type: 'shareholders', id },
      before: null,
      after: {
        ...{ external_ref, name, holdings: canonicalDecimal(holdings), ...shown(note) },
        ...(isControlled ? named(await tooLateFor(tx, id, { holdings }, note)) : {}),
      },
      proposal: { entered } satisfies Proposed,
    },
    proposer,
    (permit) => enterShareholder(tx, entered, permit),
  );
}

/**
 * Changes an open holder that is still the version the caller read; holdings by more than the tenant's limit, and whether they are the
 * issuer's own, once a second person has approved it.
 * @throws DomainError `not-found`, `precondition-failed`, `shareholder-closed`, `insufficient-position`, `validation-failed`,
 * `security-class-required`, `authorized-shares-exceeded`, `change-pending`
 */
export async function proposeShareholderChange(
  tx: TenantTx,
  proposed: ShareholderToChange,
  proposer: Proposer,
): Promise<ChangedShareholder | Waiting> {
  const { id, version, note } = proposed;
  const current = asRead(await lockShareholder(tx, id), version);
  refuseClosed(current);
  const change = withoutSameFlag(proposed, current);
  const isFlagged = change.treasury !== undefined;
  await requireDeclaredClass(tx, note.security_class);
  if (change.holdings !== undefined && note.security_class === undefined) await requireOneClass(tx, id);
  const { security_class: securityClass = DEFAULT_SECURITY_CLASS } = note;
  const before = await findPosition(tx, id, securityClass);
  const { holdings = before, ...rest } = change;
  const difference = differenceOf(holdings, before);
  const shares = difference.replace('-', '');
  const isControlled =
    isFlagged ||
    (shares !== NONE &&
      (await exceedsLimit(tx, {
        ...{ securityClass, shares, means: 'HAND', party: proposer.actorId },
        isFirst: before === NONE,
      })));
  if (isControlled) {
    await refuseFuture(tx, note.effective_date);
    if (difference.startsWith('-')) await requirePosition(tx, id, securityClass, shares);
  }
  return proposeChange(
    tx,
    {
      kind: 'position',
      isControlled,
      subject: { type: 'shareholders', id },
      before: { holdings: before, ...(isFlagged ? { treasury: current.treasury } : {}) },
      after: {
        ...{ holdings: canonicalDecimal(holdings), ...shown(note), ...rest },
        ...(isControlled ? named(await tooLateFor(tx, id, change, note)) : {}),
      },
      proposal: { changed: { ...proposed, change } } satisfies Proposed,
    },
    proposer,
    (permit) => changeShareholder(tx, id, version, change, { note, permit }),
  );
}

/** A flag that the holder has already, from no other day, is no change. */
function withoutSameFlag(
  { change, note }: ShareholderToChange,
  { treasury }: ShareholderRow,
): ProposedChange {
  if (change.treasury !== treasury || note.effective_date !== undefined) return change;
  const { treasury: _, ...rest } = change;
  return rest;
}

/**
 * Moves shares between holders; more than the tenant's limit once a second person has approved it.
 * @throws DomainError `not-found`, `shareholder-closed`, `insufficient-position`, `validation-failed`
 */
export async function proposeTransfer(
  tx: TenantTx,
  id: string,
  order: TransferOrder,
  proposer: Proposer,
): Promise<Transfer | Waiting> {
  await requireDeclaredClass(tx, order.security_class);
  return propose(tx, { id, order }, proposer);
}

/**
 * Takes a transfer back, by the rules of the transfer that does it.
 * @throws DomainError `not-found`, `transfer-reversed`, `shareholder-closed`, `insufficient-position`, `change-pending`
 */
export async function proposeReversal(
  tx: TenantTx,
  id: string,
  { reverses, reason }: { readonly reverses: string; readonly reason: string | undefined },
  proposer: Proposer,
): Promise<Transfer | Waiting> {
  const order = await requireReversible(tx, reverses);
  return propose(tx, { id, order: { ...order, reason }, reverses }, proposer);
}

async function propose(
  tx: TenantTx,
  transferred: NewTransfer,
  proposer: Proposer,
): Promise<Transfer | Waiting> {
  const { id, order, reverses } = transferred;
  const { from_shareholder_id: from, to_shareholder_id: to, quantity: shares } = order;
  const { security_class: securityClass = DEFAULT_SECURITY_CLASS } = order;
  const holders = await lockShareholders(tx, [from, to]);
  if (holders.length < 2) throw notFound();
  holders.forEach(refuseClosed);
  const isControlled = await exceedsLimit(tx, {
    ...{ securityClass, shares, means: 'HAND', party: proposer.actorId },
  });
  if (isControlled) {
    await refuseFuture(tx, order.effective_date);
    await requirePosition(tx, from, securityClass, shares);
  }
  return proposeChange(
    tx,
    {
      kind: 'position',
      isControlled,
      // A reversal is of the transfer that it takes back: it waits once.
      subject: { type: 'transfers', id: reverses ?? id },
      before: null,
      after: {
        ...{ ...order, quantity: canonicalDecimal(shares), security_class: securityClass },
        ...(reverses === undefined ? {} : { reverses }),
        ...(isControlled ? await tooLate(tx, order, securityClass) : {}),
      },
      proposal: { transferred } satisfies Proposed,
    },
    proposer,
    (permit) => transferShares(tx, transferred, permit),
  );
}

/** Tells who decides what the transfer comes too late for: it can't be undone by deciding faster. */
async function tooLate(tx: TenantTx, { effective_date }: TransferOrder, security_class: string) {
  return named(await listTooLate(tx, { security_class, effective_date }));
}

function named(too_late_for: readonly Frozen[]) {
  return too_late_for.length === 0 ? {} : { too_late_for };
}

/** @throws DomainError `security-class-required` where a holder of several classes is named without one */
async function requireOneClass(tx: TenantTx, holder: string): Promise<void> {
  const held = await listClassesHeld(tx, holder);
  if (held.length > 1)
    throw new DomainError(
      'security-class-required',
      `The holder has shares of ${held.join(', ')}: say by security_class which are set.`,
    );
}

/** A change without a date takes effect on the day of its approval. */
function shown({ security_class = DEFAULT_SECURITY_CLASS, ...note }: LedgerNote) {
  return { security_class, ...note };
}

/** @throws DomainError `insufficient-position`: nobody is asked to approve what can't be done */
async function requirePosition(
  tx: TenantTx,
  holder: string,
  securityClass: string,
  shares: string,
): Promise<void> {
  if (await isHeld(tx, { holder, securityClass, shares })) return;
  throw new DomainError('insufficient-position', 'The holder has fewer shares of this class.');
}

export const positionEffects: ChangeEffects = {
  approved: async (tx, { proposal }, permit) => {
    await carryOut(tx, proposal as Proposed, permit);
    return undefined;
  },
};

async function carryOut(tx: TenantTx, proposed: Proposed, permit: Permit): Promise<void> {
  if ('entered' in proposed) await enterShareholder(tx, proposed.entered, permit);
  else if ('transferred' in proposed) await transferShares(tx, proposed.transferred, permit);
  else {
    const { id, version, change, note } = proposed.changed;
    const current = await lockShareholder(tx, id);
    stillThere(current?.version === version ? current : undefined);
    await changeShareholder(tx, id, version, change, { note, permit });
  }
}
