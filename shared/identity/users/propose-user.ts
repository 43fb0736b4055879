import type { ChangeEffects } from '#approvals/decide-change.ts';
import {
  type Permit,
  type Proposer,
  proposeChange,
  stillThere,
  type Waiting,
} from '#approvals/propose-change.ts';
import { hasSecondPerson } from '#approvals/second-person.ts';
import type { Identity } from '#identity/federation/federation.repository.ts';
import type { PreparedLink } from '#identity/links/prepare-link.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import type { PersonRole } from '#kernel/roles.ts';
import { changed, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { isGrant, needsSecondPerson } from './privilege.ts';
import {
  existsEmail,
  findUser,
  insertUser,
  lockOtherAdmins,
  setSessionsRevoked,
  setUser,
  type UserRow,
} from './user.repository.ts';

/** A user to be created, as a change request keeps it. */
interface NewUser {
  readonly email: string;
  readonly role: PersonRole;
  readonly password_hash: string;
  readonly employee_id?: string | undefined;
  /** The way in of a user who is invited. Whoever was given a password has none. */
  readonly invitation?: PreparedLink | undefined;
  /** The person at an identity provider whom the user is. */
  readonly identity?: Identity;
}

/** A change of a user, as a change request keeps it. */
export interface UserChange {
  readonly role?: PersonRole | undefined;
  readonly status?: 'ACTIVE' | 'DISABLED' | undefined;
  readonly password_hash?: string | undefined;
  readonly employee_id?: string | null | undefined;
}

interface ProposedUser extends NewUser {
  readonly id: string;
}

interface ProposedChange {
  readonly version: number;
  readonly change: UserChange;
}

/**
 * Creates a user, once a second person has approved it if the role is privileged.
 * @throws DomainError `user-exists`
 */
export async function proposeUser(
  tx: TenantTx,
  user: NewUser & { readonly id?: string },
  proposer: Proposer,
): Promise<UserRow | Waiting> {
  const proposed: ProposedUser = { id: uuidV7(), ...user };
  const isControlled = isGrant(undefined, user.role) && (await isConfirmable(tx, user.role, proposer));
  if (isControlled && (await existsEmail(tx, user.email)))
    throw new DomainError('user-exists', 'Another user of this tenant has this email.');
  const { email, role, employee_id = null, identity } = user;
  return proposeChange(
    tx,
    {
      kind: 'user-created',
      isControlled,
      subject: { type: 'users', id: proposed.id },
      before: null,
      after: { email, role, employee_id, ...(identity === undefined ? {} : { issuer: identity.issuer }) },
      proposal: proposed,
    },
    proposer,
    (permit) => create(tx, proposed, permit),
  );
}

/** An operator decides for a tenant that has no second person; operators who have none among them wait for nobody. */
async function isConfirmable(tx: TenantTx, role: PersonRole, { actorId }: Proposer): Promise<boolean> {
  return role !== 'OPERATOR' || hasSecondPerson(tx, actorId);
}

async function create(
  tx: TenantTx,
  { invitation, identity, ...user }: ProposedUser,
  permit: Permit,
): Promise<UserRow> {
  const status = invitation === undefined ? 'ACTIVE' : 'INVITED';
  const has_password = invitation === undefined && identity === undefined;
  const made = {
    ...user,
    status,
    has_password,
    made_by: permit.madeBy,
    confirmed_by: permit.confirmedBy,
  } as const;
  const created = await insertUser(tx, made);
  if (invitation !== undefined) {
    // Loaded by the requests that invite.
    const { sendInvitation } = await import('#identity/links/prepare-link.ts');
    await sendInvitation(tx, created.id, invitation);
  }
  if (identity !== undefined) {
    // Loaded for those who come by a provider.
    const { insertIdentity } = await import('#identity/federation/federation.repository.ts');
    await insertIdentity(tx, identity, created.id);
  }
  return created;
}

export const userCreatedEffects: ChangeEffects = {
  approved: async (tx, { proposal }, permit) => {
    await create(tx, proposal as ProposedUser, permit);
    return undefined;
  },
};

/**
 * Changes a user: at once where that takes rights away, and else when a second person has approved it.
 * @throws DomainError `not-found`, `precondition-failed`, `last-admin`, `change-pending`
 */
export async function proposeUserChange(
  tx: TenantTx,
  { id, version, change }: { readonly id: string; readonly version: number; readonly change: UserChange },
  proposer: Proposer,
): Promise<UserRow | Waiting> {
  const current = found(await findUser(tx, id));
  await changed(current.version === version ? current : undefined, async () => current);
  refuseWayIn(current, change);
  const { password_hash, ...seen } = change;
  return proposeChange(
    tx,
    {
      kind: 'user-changed',
      isControlled:
        needsSecondPerson(current, change, proposer.actorId) &&
        (await isConfirmable(tx, current.role, proposer)),
      subject: { type: 'users', id },
      before: { role: current.role, status: current.status, employee_id: current.employee_id },
      after: { ...seen, ...(password_hash === undefined ? {} : { password: 'set anew' }) },
      proposal: { version, change } satisfies ProposedChange,
    },
    proposer,
    async (permit) =>
      changed(await apply(tx, current, { version, change }, permit), async () => findUser(tx, id)),
  );
}

/** @throws DomainError `validation-failed` where somebody who is invited would get in otherwise */
function refuseWayIn({ status }: UserRow, change: UserChange): void {
  if (status !== 'INVITED') return;
  const message = 'must not be set while the user is invited: send the invitation again';
  if (change.status === 'ACTIVE') throw invalidField('/status', 'invited', message);
  if (change.password_hash !== undefined) throw invalidField('/password', 'invited', message);
}

async function apply(
  tx: TenantTx,
  current: UserRow,
  { version, change }: ProposedChange,
  permit: Permit,
): Promise<UserRow | undefined> {
  const losesAdmin = change.status === 'DISABLED' || (change.role !== undefined && change.role !== 'ADMIN');
  if (losesAdmin) await lockOtherAdmins(tx, current.id);
  const isOthers = change.password_hash !== undefined && permit.madeBy !== current.id;
  const isMade = isOthers || needsSecondPerson(current, change, permit.madeBy);
  const hands = isMade ? { made_by: permit.madeBy, confirmed_by: permit.confirmedBy } : {};
  const user = await setUser(tx, current.id, version, { ...change, ...hands });
  if (user !== undefined && (user.status === 'DISABLED' || change.password_hash !== undefined)) {
    await setSessionsRevoked(tx, user.id);
    const { setLinksRevoked } = await import('#identity/links/link.repository.ts');
    await setLinksRevoked(tx, user.id);
  }
  return user;
}

export const userChangedEffects: ChangeEffects = {
  approved: async (tx, { subject_id, proposal }, permit) => {
    const current = stillThere(await findUser(tx, subject_id));
    stillThere(await apply(tx, current, proposal as ProposedChange, permit));
    return undefined;
  },
};
