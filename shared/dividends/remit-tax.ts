import type { z } from 'zod';
import type { ChangeRequest } from '#approvals/change-request.ts';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import type { Proposer } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import type { Day } from '#kernel/calendar.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { fromMinor, toMinor } from '#kernel/money.ts';
import { sumWithheld } from '#ledger/journal.ts';
import { found } from '#platform/db/found.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import { findRemitted, insertRemittance } from './tax-remittance.repository.ts';
import type { recordTaxRemittance } from './tax-remittances.routes.ts';

/** A remittance that waits, as its change request keeps it. */
interface Proposed {
  readonly id: string;
  readonly form: '945' | '1042';
  /** Minor units, as a text. */
  readonly amount: string;
  readonly currency: string;
  readonly paid_on: Day;
  readonly reference: string;
  readonly key: string;
}

/**
 * Records, once a second person has approved it, that withheld tax was paid to the authority, or came back.
 * @throws DomainError `validation-failed`, `idempotency-key-reused`
 */
export async function proposeRemittance(
  tx: TenantTx,
  { amount, ...said }: z.output<typeof recordTaxRemittance.body>,
  { key, proposer }: { readonly key: string; readonly proposer: Proposer },
): Promise<z.infer<typeof ChangeRequest>> {
  const { currency, paid_on } = said;
  const today = await todayOf(tx);
  if (paid_on > today) throw invalidField('/paid_on', 'in-the-future', `must not be after ${today}`);
  const minor = toMinor(amount, currency);
  const proposed = { id: uuidV7(), ...said, amount: String(minor), key };
  const { withheld, fault } = await check(tx, proposed);
  if (fault !== undefined) throw invalidField('/amount', 'exceeds-withheld', fault);
  const owed = (cents: bigint) => ({ currency, withheld_amount: fromMinor(cents, currency) });
  return requestChange(
    tx,
    {
      kind: 'tax-remittance',
      subject: { type: 'tax-remittances', id: proposed.id },
      before: owed(withheld),
      after: { ...owed(withheld - minor), ...said, amount: fromMinor(minor, currency) },
      proposal: proposed satisfies Proposed,
    },
    proposer,
  );
}

/**
 * Holds a remittance to what is withheld; answers how much that is now, the place of the next one, and why this one is too much.
 * @throws DomainError `idempotency-key-reused`
 */
async function check(
  read: TenantRead,
  { form, amount, currency, paid_on, key }: Proposed,
): Promise<{ readonly withheld: bigint; readonly number: number; readonly fault: string | undefined }> {
  const { count, ofForm, isKeyUsed } = await findRemitted(read, { currency, form, key });
  if (isKeyUsed)
    throw new DomainError('idempotency-key-reused', 'This key has recorded another one. Use a new key.');
  const [then, withheld] = [
    await sumWithheld(read, currency, paid_on),
    await sumWithheld(read, currency, await todayOf(read)),
  ];
  const minor = BigInt(amount);
  const most = minor > then ? then : withheld;
  const money = (cents: bigint) => `${fromMinor(cents > 0n ? cents : 0n, currency)} ${currency}`;
  const fault =
    minor > 0n && minor > most
      ? `must be at most ${money(most)}, the tax that is owed as of ${paid_on} and today`
      : -minor > ofForm
        ? `must be at most ${money(ofForm)} below zero: no more was recorded for the form ${form}`
        : undefined;
  return { withheld, number: count + 1, fault };
}

export const remittanceEffects: ChangeEffects = {
  approved: async (tx, { proposal }, permit) => {
    const proposed = proposal as Proposed;
    const { number, fault } = await check(tx, proposed);
    if (fault !== undefined)
      throw new DomainError('change-outdated', `The amount ${fault}. Deny it, and propose it anew.`);
    const { key, amount, ...said } = proposed;
    await insertRemittance(tx, {
      ...{ ...said, amount: BigInt(amount), number, idempotency_key: key },
      requested_by: permit.madeBy,
      approved_by: found(permit.confirmedBy ?? undefined),
    });
    return undefined;
  },
};
