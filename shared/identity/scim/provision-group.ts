import type { Proposer } from '#approvals/propose-change.ts';
import { isUuid } from '#kernel/ids.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { GROUP_ATTRIBUTES, invalidValue, type Resource, readResource } from './attributes.ts';
import { wordsOfGroup } from './resources.ts';
import {
  type DirectoryGroup,
  deleteGroup,
  deleteMembers,
  findGroup,
  insertGroup,
  insertMembers,
  listGroupNames,
  listKnownUsers,
  lockGroup,
  setGroup,
} from './scim-group.repository.ts';
import { syncRoles } from './sync-roles.ts';

interface Said {
  readonly display_name: string;
  readonly external_id: string | null;
  readonly members: ReadonlySet<string>;
}

/** @throws DomainError `validation-failed` */
function saidBy({ displayName, externalId = null, members = [] }: Resource): Said {
  if (typeof displayName !== 'string') throw invalidValue('/displayName', 'is required');
  const ids = (members as Resource[]).map(({ value }, index) => {
    const id = typeof value === 'string' ? value.toLowerCase() : '';
    if (!isUuid(id)) throw invalidValue(`/members/${index}/value`, 'must be the id of a user');
    return id;
  });
  return { display_name: displayName, external_id: externalId as string | null, members: new Set(ids) };
}

/** @throws DomainError `validation-failed`, `conflict`, `last-admin` */
export async function createDirectoryGroup(
  tx: TenantTx,
  body: unknown,
  proposer: Proposer,
): Promise<DirectoryGroup> {
  const said = saidBy(readResource(GROUP_ATTRIBUTES, body));
  const id = await insertGroup(tx, said);
  await changeMembers(tx, id, { was: new Set(), becomes: said.members }, proposer);
  return found(await findGroup(tx, id));
}

/** @throws DomainError `not-found`, `validation-failed`, `conflict`, `last-admin` */
export async function changeDirectoryGroup(
  tx: TenantTx,
  id: string,
  body: unknown,
  how: 'PUT' | 'PATCH',
  proposer: Proposer,
): Promise<DirectoryGroup> {
  const group = found(await lockGroup(tx, id));
  // The code that applies operations is loaded for PATCH alone.
  const next =
    how === 'PATCH'
      ? (await import('./patch.ts')).patched(GROUP_ATTRIBUTES, wordsOfGroup(group), body)
      : readResource(GROUP_ATTRIBUTES, body);
  const said = saidBy(next);
  const was = new Set(group.members.map(({ value }) => value));
  // A group of another name gives another role, also to those who stay.
  const isRenamed = said.display_name.toLowerCase() !== group.display_name.toLowerCase();
  const before = isRenamed ? await namesOf(tx, [...was]) : new Map<string, string[]>();
  await setGroup(tx, id, said);
  await changeMembers(tx, id, { was, becomes: said.members }, proposer, before);
  return found(await findGroup(tx, id));
}

/** @throws DomainError `not-found`, `last-admin` */
export async function deleteDirectoryGroup(tx: TenantTx, id: string, proposer: Proposer): Promise<void> {
  const group = found(await lockGroup(tx, id));
  const before = await namesOf(
    tx,
    group.members.map(({ value }) => value),
  );
  await deleteGroup(tx, id);
  await syncRoles(tx, before, proposer);
}

async function changeMembers(
  tx: TenantTx,
  id: string,
  { was, becomes }: { readonly was: ReadonlySet<string>; readonly becomes: ReadonlySet<string> },
  proposer: Proposer,
  renamed: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<void> {
  const added = [...becomes].filter((member) => !was.has(member));
  const removed = [...was].filter((member) => !becomes.has(member));
  const known = await listKnownUsers(tx, added);
  if (known.length < added.length) throw invalidValue('/members', 'must name users of this tenant');
  const before = new Map([...(await namesOf(tx, [...added, ...removed])), ...renamed]);
  await insertMembers(tx, id, added);
  await deleteMembers(tx, id, removed);
  await syncRoles(tx, before, proposer);
}

/** The names of the groups of each of some users, also of those who are in none. */
async function namesOf(tx: TenantTx, users: readonly string[]): Promise<Map<string, string[]>> {
  const names = await listGroupNames(tx, users);
  return new Map(users.map((user) => [user, names.get(user) ?? []]));
}
