import type { z } from 'zod';
import type { Role, UserRole } from '#kernel/roles.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { CANNOT_DECIDE } from './approval.routes.ts';
import {
  listIndependentOf,
  listWithoutSecondPerson,
  type ReadChangeRequestRow,
  type Reader,
  toChangeRequest,
} from './change-request.repository.ts';
import type { ChangeRequest } from './change-request.ts';
import { CHANGE_KINDS, type ChangeKind, controlledChange } from './controlled-changes.ts';

type Request = z.infer<typeof ChangeRequest>;
type Because = (typeof CANNOT_DECIDE)[number];
type Seen = Request & {
  readonly subject_name: string | null;
  readonly can_decide: boolean;
  readonly cannot_decide_because: Because | null;
};

interface Looking {
  readonly actorId: string;
  readonly actorRole: Role;
  /** An operator who looks at the requests of a tenant. @default false */
  readonly fromOutside?: boolean;
  /** Set of an operator who acts for a suspended tenant. */
  readonly acts?: object;
}

export function readerOf({ actorId, actorRole, acts }: Looking): Reader {
  if (acts !== undefined) return { actorId, kinds: CHANGE_KINDS.filter(isForOperators), forSuspended: true };
  return { actorId, kinds: CHANGE_KINDS.filter((kind) => decidesOn(kind, actorRole)) };
}

/** Tells of each request whether its reader can decide on it, and if not, why. */
export async function seenBy(
  read: TenantRead,
  rows: readonly ReadChangeRequestRow[],
  { actorId, actorRole, fromOutside = false, acts }: Looking,
): Promise<Map<string, Seen>> {
  // An operator decides on people of the tenant, and is told of no others.
  const requests = rows.map((row) => ({
    ...toChangeRequest(row),
    subject_name: fromOutside ? null : row.subject_name,
  }));
  const others = requests.filter(
    ({ state, requested_by }) => state === 'PENDING' && requested_by !== actorId,
  );
  const confirmable =
    others.length === 0
      ? new Set<string>()
      : await (fromOutside
          ? listWithoutSecondPerson(read, others.map(proposed))
          : listOfIndependent(read, others, actorId, acts !== undefined));
  const because = ({ id, state, kind, requested_by }: Request): Because | null => {
    if (state !== 'PENDING') return 'decided';
    if (requested_by === actorId) return 'own-proposal';
    // An operator confirms what another has proposed, and of the tenant's own people nothing: it is denied without being confirmable.
    if (acts !== undefined) return isForOperators(kind) && confirmable.has(id) ? null : 'role';
    if (!decidesOn(kind, actorRole)) return 'role';
    if (confirmable.has(id)) return null;
    return fromOutside ? 'tenant-has-second-person' : 'not-independent';
  };
  return new Map(
    requests.map((request) => {
      const reason = because(request);
      return [request.id, { ...request, can_decide: reason === null, cannot_decide_because: reason }];
    }),
  );
}

/** A second factor is lost to its user, who can't come in to confirm that. */
function proposed({ id, requested_by: maker, kind, subject }: Request) {
  return { id, maker, leftOut: kind === 'second-factor-reset' ? subject.id : null };
}

/** Returns those of some requests whose proposers a user is independent of. */
async function listOfIndependent(
  read: TenantRead,
  requests: readonly Request[],
  actorId: string,
  forSuspended: boolean,
): Promise<ReadonlySet<string>> {
  const makers = [...new Set(requests.map(({ requested_by }) => requested_by))];
  const independent = await listIndependentOf(read, makers, actorId, forSuspended);
  return new Set(requests.filter(({ requested_by }) => independent.has(requested_by)).map(({ id }) => id));
}

/** Tells whether one operator may propose a kind of change for a suspended tenant, and another approve it. */
function isForOperators(kind: ChangeKind): boolean {
  return controlledChange(kind).operatorsForSuspended === true;
}

/** Tells whether a role decides on a kind of change, whoever has proposed it. */
export function decidesOn(kind: ChangeKind, role: Role): boolean {
  const { decides, operatorDecides = false } = controlledChange(kind);
  return role === 'OPERATOR' ? operatorDecides : decides.includes(role as UserRole);
}
