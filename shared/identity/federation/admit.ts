import { createHash } from 'node:crypto';
import { findPendingChange } from '#approvals/pending-change.ts';
import { Waiting } from '#approvals/propose-change.ts';
import type { ConnectionRow } from '#identity/connections/connection.repository.ts';
import { hashOfNoPassword } from '#identity/sign-in/password.ts';
import { proposeUser, proposeUserChange } from '#identity/users/propose-user.ts';
import { existsEmail, findUser, setSessionsRevoked, type UserRow } from '#identity/users/user.repository.ts';
import { type TenantId, uuidV7OfMinute } from '#kernel/ids.ts';
import type { PersonRole, UserRole } from '#kernel/roles.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { decideRole, isRefused, type Refused, valuesOf } from './decide-role.ts';
import { findUserOfIdentity, insertIdentity } from './federation.repository.ts';
import type { Assertion } from './identity-provider.ts';

/** A person whom a provider vouches for, and the connection by which they come. */
export interface Arrival {
  readonly connection: ConnectionRow;
  readonly assertion: Assertion;
  readonly tenantId: TenantId;
  readonly requestId: string;
}

/** The user who comes in, and what became of them on the way. */
export interface Entry {
  readonly user: UserRow;
  readonly became: 'user.created' | 'user.updated' | 'sign-in.verified';
}

const WAITS = 'waits until an administrator or compliance officer here has approved it. Then sign in again.';
const MAX_EMPLOYEE_ID = 100;

/**
 * Lets a person in as the user that they are here, or creates that user. What the provider says of their role holds from this sign-in
 * on, as far as it takes rights away; rights that it adds wait for a second person, and nobody keeps a role that the provider no
 * longer gives. A refusal is an outcome: what it has to leave behind is committed.
 */
export async function admit(tx: TenantTx, arrival: Arrival): Promise<Entry | Refused> {
  const { connection, assertion } = arrival;
  const decided = decideRole(connection.role_map, assertion.claims);
  const userId = (await findUserOfIdentity(tx, assertion)) ?? (await provisionedBefore(tx, assertion));
  const user = userId === undefined ? undefined : await findUser(tx, userId);
  if (isRefused(decided)) return endedBy(tx, user, decided);
  if (user === undefined) return provision(tx, arrival, decided.role);
  if (user.status === 'DISABLED')
    return {
      reason: 'user-disabled',
      detail: 'The user is disabled here. An administrator can enable it again.',
    };
  return asNow(tx, user, arrival, decided);
}

/** The directory has said by which subject the provider knows a user whom it has provisioned, and who comes in for the first time. */
async function provisionedBefore(tx: TenantTx, assertion: Assertion): Promise<string | undefined> {
  const { findProvisioned } = await import('#identity/scim/scim-user.repository.ts');
  const userId = await findProvisioned(tx, assertion.subject);
  if (userId !== undefined) await insertIdentity(tx, assertion, userId);
  return userId;
}

export function isEntry(outcome: Entry | Refused): outcome is Entry {
  return 'user' in outcome;
}

/** Ends the sessions of somebody whom the provider gives nothing any more. */
async function endedBy(tx: TenantTx, user: UserRow | undefined, refused: Refused): Promise<Refused> {
  if (user !== undefined) await setSessionsRevoked(tx, user.id);
  return refused;
}

/** Returns the same id for a person each time: their request for a role waits once, however often they try. */
function idOfPerson({ tenantId, assertion: { issuer, subject } }: Arrival): string {
  const person = JSON.stringify([tenantId, issuer, subject]);
  return uuidV7OfMinute(createHash('sha256').update(person).digest(), 0);
}

async function provision(tx: TenantTx, arrival: Arrival, role: UserRole): Promise<Entry | Refused> {
  const { assertion, connection, requestId } = arrival;
  const id = idOfPerson(arrival);
  if ((await findPendingChange(tx, 'user-created', { type: 'users', id })) !== undefined)
    return { reason: 'role-waits', detail: `The role ${role} ${WAITS}` };
  const email = assertion.email ?? `${id}@no-address.invalid`;
  if (await existsEmail(tx, email))
    return {
      reason: 'email-taken',
      detail:
        'A user with this email is here already, and an email proves nothing. Sign in as that user and link the identity (POST /me/identities), or ask an administrator.',
    };
  const created = await proposeUser(
    tx,
    {
      id,
      email,
      role,
      password_hash: hashOfNoPassword(),
      ...employeeOf(connection, assertion, role),
      identity: { issuer: assertion.issuer, subject: assertion.subject },
    },
    // The provider stands behind all whom it sends, until somebody here has confirmed them.
    { actorId: connection.id, requestId },
  );
  if (created instanceof Waiting) return { reason: 'role-waits', detail: `The role ${role} ${WAITS}` };
  return { user: created, became: 'user.created' };
}

function employeeOf(
  { employee_id_claim }: ConnectionRow,
  { claims }: Assertion,
  role: UserRole,
): { employee_id?: string } {
  if (employee_id_claim === null || role !== 'EMPLOYEE') return {};
  const [employee_id] = valuesOf(claims, employee_id_claim);
  if (employee_id === undefined || employee_id === '' || employee_id.length > MAX_EMPLOYEE_ID) return {};
  return { employee_id };
}

async function asNow(
  tx: TenantTx,
  user: UserRow,
  { connection, requestId }: Arrival,
  { role, roles }: { readonly role: UserRole; readonly roles: readonly PersonRole[] },
): Promise<Entry | Refused> {
  if (user.role === role) return { user, became: 'sign-in.verified' };
  const pending = await findPendingChange(tx, 'user-changed', { type: 'users', id: user.id });
  const changed =
    pending === undefined
      ? await proposeUserChange(
          tx,
          { id: user.id, version: user.version, change: { role } },
          { actorId: connection.id, requestId },
        )
      : undefined;
  if (changed !== undefined && !(changed instanceof Waiting))
    return { user: changed, became: 'user.updated' };
  if (roles.includes(user.role) || user.role === 'EMPLOYEE') return { user, became: 'sign-in.verified' };
  return endedBy(tx, user, {
    reason: 'role-waits',
    detail: `The identity provider no longer gives the role ${user.role}, and the role ${role} ${WAITS}`,
  });
}
