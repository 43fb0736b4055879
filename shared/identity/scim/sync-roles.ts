import { findPendingChange } from '#approvals/pending-change.ts';
import type { Proposer } from '#approvals/propose-change.ts';
import { proposeUserChange } from '#identity/users/propose-user.ts';
import { findUser } from '#identity/users/user.repository.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { roleOfGroups } from './group-role.ts';
import { listGroupNames } from './scim-group.repository.ts';
import { withdrawRole } from './withdraw-role.ts';

/**
 * Gives users the role of their groups, as it is now: at once where that takes rights away, and else by a request that waits for a second
 * person. Whoever has lost the last group that gave a role is an EMPLOYEE; of whom no group ever gave one, none is changed.
 * @param before the names of the groups in which each of the users was
 * @throws DomainError `last-admin`
 */
export async function syncRoles(
  tx: TenantTx,
  before: ReadonlyMap<string, readonly string[]>,
  proposer: Proposer,
): Promise<void> {
  const ids = [...before.keys()].sort();
  const now = await listGroupNames(tx, ids);
  for (const id of ids) {
    const had = roleOfGroups(before.get(id) ?? []);
    const has = roleOfGroups(now.get(id) ?? []);
    if (had === has) continue;
    const user = await findUser(tx, id);
    if (user === undefined) continue;
    const role = has ?? 'EMPLOYEE';
    const pending = await findPendingChange(tx, 'user-changed', { type: 'users', id });
    if (pending !== undefined && !(await withdrawRole(tx, pending, proposer.actorId))) continue;
    if (user.role !== role)
      await proposeUserChange(tx, { id, version: user.version, change: { role } }, proposer);
  }
}
