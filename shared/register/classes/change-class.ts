import type { ChangeEffects } from '#approvals/decide-change.ts';
import {
  type Permit,
  type Proposer,
  proposeChange,
  stillThere,
  type Waiting,
} from '#approvals/propose-change.ts';
import { asRead, outdated } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { differenceOf } from '#register/shares.ts';
import {
  type ClassFields,
  findClass,
  type SecurityClassRow,
  setClass,
  toSecurityClass,
} from './security-class.repository.ts';

interface Proposed {
  readonly version: number;
  readonly change: ClassFields;
}

/**
 * Changes a class that is still the version the caller read; once a second person has approved it, where shares of the class are issued
 * and more could be, or would vote otherwise.
 * @throws DomainError `not-found`, `precondition-failed`, `authorized-shares-exceeded`, `change-pending`
 */
export async function proposeClassChange(
  tx: TenantTx,
  code: string,
  proposed: Proposed,
  proposer: Proposer,
): Promise<SecurityClassRow | Waiting> {
  const current = asRead(await findClass(tx, code), proposed.version);
  return proposeChange(
    tx,
    {
      kind: 'security-class',
      isControlled: isIssued(current) && loosens(current, proposed.change),
      subject: { type: 'security-classes', id: code },
      before: shown(current),
      after: shown(changedClass(current, proposed.change)),
      proposal: proposed,
    },
    proposer,
    async (permit) => {
      const changed = await carryOut(tx, code, proposed, permit);
      if (changed === undefined) throw outdated();
      return changed;
    },
  );
}

const isIssued = ({ issued }: SecurityClassRow) => Number(issued) !== 0;

function loosens(current: SecurityClassRow, { authorized, votes_per_share }: ClassFields): boolean {
  if (votes_per_share !== undefined && differenceOf(votes_per_share, current.votes_per_share) !== '0')
    return true;
  if (authorized === undefined || current.authorized === null) return false;
  return authorized === null || isMore(authorized, current.authorized);
}

function isMore(a: string, b: string): boolean {
  const difference = differenceOf(a, b);
  return difference !== '0' && !difference.startsWith('-');
}

function changedClass(current: SecurityClassRow, change: ClassFields): SecurityClassRow {
  const { name = current.name, kind = current.kind, authorized = current.authorized } = change;
  const { votes_per_share = current.votes_per_share } = change;
  return { ...current, name, kind, votes_per_share, authorized };
}

function shown(row: SecurityClassRow) {
  const { name, kind, votes_per_share, authorized } = toSecurityClass(row);
  return { name, kind, votes_per_share, authorized };
}

function carryOut(tx: TenantTx, code: string, { version, change }: Proposed, _permit: Permit) {
  return setClass(tx, code, version, change);
}

export const securityClassEffects: ChangeEffects = {
  approved: async (tx, { subject_id, proposal }, permit) => {
    stillThere(await carryOut(tx, subject_id, proposal as Proposed, permit));
    return undefined;
  },
};
