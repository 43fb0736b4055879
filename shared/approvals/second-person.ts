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
  if (!(await listNotVerifiable(read, [{ identifiedBy, payee }], verifier)).has(payee)) return;
  throw new DomainError(
    'four-eyes',
    'You, or somebody who was made or reset by the same person, have entered who this payee is or an account of theirs: another person verifies it.',
  );
}

/** Returns those of some payees whom a user doesn't verify, for the same reasons as {@link requireVerifier}. */
export async function listNotVerifiable(
  read: TenantRead,
  payees: readonly Verified[],
  verifier: string,
): Promise<ReadonlySet<string>> {
  const proposed = await listAccountProposers(
    read,
    payees.map(({ payee }) => payee),
  );
  const makersOf = [
    ...proposed,
    ...payees.flatMap(({ payee, identifiedBy: proposer }) =>
      proposer === null ? [] : [{ payee, proposer }],
    ),
  ];
  const makers = [...new Set(makersOf.map(({ proposer }) => proposer))];
  if (makers.length === 0) return new Set();
  const independent = await listIndependentOf(read, makers, verifier);
  return new Set(makersOf.filter(({ proposer }) => !independent.has(proposer)).map(({ payee }) => payee));
}

/** Tells whether the tenant has anybody who may confirm what a user has proposed. */
export async function hasSecondPerson(read: TenantRead, maker: string): Promise<boolean> {
  const any = { id: maker, maker, leftOut: null };
  return (await listWithoutSecondPerson(read, [any])).size === 0;
}
