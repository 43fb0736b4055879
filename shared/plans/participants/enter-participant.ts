import { invalidField } from '#kernel/domain-error.ts';
import { asRead, outdated } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findCensusFault } from './census.ts';
import {
  type Details,
  lockParticipant,
  type ParticipantRow,
  setParticipant,
} from './participant.repository.ts';

interface Entering {
  /** Undefined where the caller didn't say which. */
  readonly expectedVersion: number | undefined;
  readonly enteredBy: string;
  readonly today: string;
}

/**
 * Sets what the census says of an employee, and lets their plans follow another hire date.
 * @throws DomainError `validation-failed`, `precondition-failed`, `vested-balance-exceeded`
 */
export async function enterParticipant(
  tx: TenantTx,
  employeeId: string,
  details: Details,
  { expectedVersion, enteredBy, today }: Entering,
): Promise<ParticipantRow> {
  const known = await lockParticipant(tx, employeeId);
  // Whoever has read a version of nobody has read another one.
  if (expectedVersion !== undefined && known === undefined) throw outdated();
  if (known !== undefined) asRead(known, expectedVersion);
  const fault = findCensusFault(
    {
      date_of_birth: details.date_of_birth,
      hired_on: kept(details.hired_on, known?.hired_on),
      terminated_on: kept(details.terminated_on, known?.terminated_on),
      rehired_on: kept(details.rehired_on, known?.rehired_on),
    },
    today,
  );
  if (fault !== undefined) throw invalidField(`/${fault.field}`, fault.code, fault.message);
  const entered = await setParticipant(tx, employeeId, details, enteredBy);
  if (entered.hired_on !== (known?.hired_on ?? null)) {
    const { followHire } = await import('./follow-hire.ts');
    await followHire(tx, [employeeId], today);
  }
  return entered;
}

function kept(given: string | null | undefined, known: string | null | undefined): string | null {
  return given === undefined ? (known ?? null) : given;
}
