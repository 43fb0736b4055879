import { findPendingChange } from '#approvals/pending-change.ts';
import type { Proposer } from '#approvals/propose-change.ts';
import { hashOfNoPassword } from '#identity/sign-in/password.ts';
import { proposeUserChange, type UserChange } from '#identity/users/propose-user.ts';
import { insertUser } from '#identity/users/user.repository.ts';
import { DomainError } from '#kernel/domain-error.ts';
import * as fields from '#kernel/fields.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { ENTERPRISE_USER, invalidValue, type Resource, readResource, USER_ATTRIBUTES } from './attributes.ts';
import { wordsOf } from './resources.ts';
import { deleteMembershipsOf } from './scim-group.repository.ts';
import {
  type DirectoryUser,
  findByName,
  findDirectoryUser,
  lockDirectoryUser,
  setDirectoryUser,
  setDirectoryUserDeleted,
} from './scim-user.repository.ts';
import { syncRoles } from './sync-roles.ts';

interface Said {
  readonly userName: string;
  readonly externalId: string | null;
  readonly isActive: boolean;
  readonly email: string;
  /** Undefined where the directory doesn't say. */
  readonly employeeId: string | undefined;
  readonly attributes: Resource;
}

/** @throws DomainError `validation-failed` */
function saidBy(resource: Resource): Said {
  const { userName, externalId = null, active = true, ...attributes } = resource;
  if (typeof userName !== 'string') throw invalidValue('/userName', 'is required');
  const enterprise = attributes[ENTERPRISE_USER] as { employeeNumber?: string } | undefined;
  const employeeId = enterprise?.employeeNumber;
  if (employeeId !== undefined && employeeId.length > 100)
    throw invalidValue(`/${ENTERPRISE_USER}/employeeNumber`, 'must have at most 100 characters');
  return {
    userName,
    externalId: externalId as string | null,
    isActive: active as boolean,
    email: signInAddress(userName, (attributes.emails ?? []) as Resource[]),
    employeeId,
    attributes,
  };
}

/** The user name, if it is an address; otherwise the primary address, or that of work. */
function signInAddress(userName: string, emails: readonly Resource[]): string {
  const chosen =
    emails.find(({ primary }) => primary === true) ?? emails.find(({ type }) => type === 'work') ?? emails[0];
  for (const candidate of [userName, chosen?.value]) {
    const address = fields.email.safeParse(candidate);
    if (address.success) return address.data.toLowerCase();
  }
  throw invalidValue('/userName', 'must be an email address, or emails must have one');
}

/**
 * Makes a user of the role EMPLOYEE without a password, or brings back one whom the directory had deleted.
 * @throws DomainError `validation-failed`, `user-exists`
 */
export async function createDirectoryUser(
  tx: TenantTx,
  body: unknown,
  proposer: Proposer,
): Promise<DirectoryUser> {
  const said = saidBy(readResource(USER_ATTRIBUTES, body));
  const known = await findByName(tx, said);
  if (known !== undefined && known.deleted_at === null)
    throw new DomainError('user-exists', 'Another user of this tenant has this userName or email.');
  if (known !== undefined) {
    await setWords(tx, known.id, said);
    return apply(tx, found(await findDirectoryUser(tx, known.id)), said, proposer);
  }
  const made = await insertUser(tx, {
    email: said.email,
    role: 'EMPLOYEE',
    status: said.isActive ? 'ACTIVE' : 'DISABLED',
    password_hash: hashOfNoPassword(),
    has_password: false,
    employee_id: said.employeeId,
    made_by: proposer.actorId,
  });
  await setWords(tx, made.id, said, true);
  return found(await findDirectoryUser(tx, made.id));
}

async function setWords(tx: TenantTx, id: string, said: Said, isProvisioned = false): Promise<void> {
  const { userName, externalId, attributes } = said;
  await setDirectoryUser(tx, id, { user_name: userName, external_id: externalId, attributes }, isProvisioned);
}

/**
 * Replaces, or changes, what the directory says of a user.
 * @throws DomainError `not-found`, `validation-failed`, `user-exists`, `last-admin`
 */
export async function changeDirectoryUser(
  tx: TenantTx,
  id: string,
  body: unknown,
  how: 'PUT' | 'PATCH',
  proposer: Proposer,
): Promise<DirectoryUser> {
  const user = found(await lockDirectoryUser(tx, id));
  const words = wordsOf(user);
  // The code that applies operations is loaded for PATCH alone. Whoever replaces a user without saying whether they are active leaves that as it is.
  const next =
    how === 'PATCH'
      ? (await import('./patch.ts')).patched(USER_ATTRIBUTES, words, body)
      : { active: words.active, ...readResource(USER_ATTRIBUTES, body) };
  const said = saidBy(next);
  const other = await findByName(tx, { email: '', userName: said.userName });
  if (other !== undefined && other.id !== id)
    throw new DomainError('user-exists', 'Another user of this tenant has this userName.');
  await setWords(tx, id, said);
  return apply(tx, user, said, proposer);
}

/** Carries over what is ours to know: whether the user may come in, and which employee they are. */
async function apply(
  tx: TenantTx,
  user: DirectoryUser,
  { isActive, employeeId }: Said,
  proposer: Proposer,
): Promise<DirectoryUser> {
  const wasActive = user.status !== 'DISABLED';
  const change: UserChange = {
    ...(isActive === wasActive ? {} : { status: isActive ? 'ACTIVE' : 'DISABLED' }),
    ...(employeeId === undefined || employeeId === user.employee_id ? {} : { employee_id: employeeId }),
  };
  const isChanged = Object.keys(change).length > 0;
  if (isChanged && (await mayPropose(tx, user.id, change)))
    await proposeUserChange(tx, { id: user.id, version: user.version, change }, proposer);
  return found(await findDirectoryUser(tx, user.id));
}

/** A change of a user that waits is left to whoever decides on it; nothing but an end is made beside it. */
async function mayPropose(tx: TenantTx, id: string, { status }: UserChange): Promise<boolean> {
  if (status === 'DISABLED') return true;
  return (await findPendingChange(tx, 'user-changed', { type: 'users', id })) === undefined;
}

/**
 * Disables a user, whom the directory no longer sees, and who is in no group of it any more.
 * @throws DomainError `not-found`, `last-admin`
 */
export async function deleteDirectoryUser(tx: TenantTx, id: string, proposer: Proposer): Promise<void> {
  const user = found(await lockDirectoryUser(tx, id));
  await deleteMembershipsOf(tx, id);
  const { version } = user;
  if (user.status !== 'DISABLED')
    await proposeUserChange(tx, { id, version, change: { status: 'DISABLED' } }, proposer);
  await syncRoles(tx, new Map([[id, user.groups.map(({ display }) => display)]]), proposer);
  await setDirectoryUserDeleted(tx, id, user.user_name ?? user.email);
}
