import { DomainError } from '#kernel/domain-error.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import {
  listAccountProposers,
  listIndependentOf,
  listWithoutSecondPerson,
} from './change-request.repository.ts';

/** The payee whose identity is to be verified. */
interface Verified {
  /** Whoever has entered or last changed who the payee is; null where nobody knows. */
  readonly identifiedBy: string | null;
  /** The id of a holder of record, or an employee's. */
  readonly payee: string;
}

/**
 * Refuses a verifier who has entered or changed the payee's identity or an account of theirs, or who depends on one that has.
 * @throws DomainError `four-eyes`
 */
export async function requireVerifier(
  read: TenantRead,
  { identifiedBy, payee }: Verified,
  verifier: string,
): Promise<void> {
  const proposers = await listAccountProposers(read, payee);
  const makers = [...new Set(identifiedBy === null ? proposers : [identifiedBy, ...proposers])];
  if (makers.length === 0) return;
  const independent = await listIndependentOf(read, makers, verifier);
  if (makers.every((maker) => independent.has(maker))) return;
  throw new DomainError(
    'four-eyes',
    'You, or somebody who was made or reset by the same person, have entered who this payee is or an account of theirs: another person verifies it.',
  );
}

/** Tells whether the tenant has anybody who may confirm what a user has proposed. */
export async function hasSecondPerson(read: TenantRead, maker: string): Promise<boolean> {
  return (await listWithoutSecondPerson(read, [maker])).size === 0;
}
