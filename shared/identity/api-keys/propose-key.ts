import type { z } from 'zod';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Proposer, stillThere } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { refuseNoNetwork } from '#identity/refuse-no-network.ts';
import { addDays, dayOf, dayWrittenIn } from '#kernel/calendar.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import type { KeyRole, TenantType } from '#kernel/roles.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { countApiKeys, insertApiKey, lockApiKey, setActive, setRevoked } from './api-key.repository.ts';
import type { createApiKey } from './api-keys.routes.ts';
import { issueSecret } from './issue-secret.ts';

type Body = z.output<(typeof createApiKey)['body']>;
type Answer = z.output<(typeof createApiKey)['response']>;

/** Whoever proposes a key, and the type of their tenant. */
interface KeyProposer extends Proposer {
  readonly tenantType: TenantType;
}

const MAX_KEYS = 100;
const MAX_DAYS = 366;

/**
 * Makes a key that waits for a second person, and its first secret.
 * @throws DomainError `validation-failed`, `api-key-exists`, `too-many-api-keys`
 */
export async function proposeKey(tx: TenantTx, body: Body, proposer: KeyProposer): Promise<Answer> {
  const { name, role, routes = null, networks = null, expires_at } = body;
  const now = new Date();
  if (Date.parse(expires_at) <= now.getTime())
    throw invalidField('/expires_at', 'in-past', 'must be in the future');
  if (dayWrittenIn(expires_at) > addDays(dayOf(now), MAX_DAYS))
    throw invalidField('/expires_at', 'too-far', `must be at most ${MAX_DAYS} days from now`);
  const refusal =
    (await refuseUnknown(routes, { role, tenantType: proposer.tenantType })) ?? refuseNoNetwork(networks);
  if (refusal !== undefined) throw refusal;
  if ((await countApiKeys(tx)) >= MAX_KEYS)
    throw new DomainError('too-many-api-keys', `A tenant has at most ${MAX_KEYS} keys. Revoke one first.`);
  const id = uuidV7();
  const terms = { name, role, routes, networks, expires_at };
  await insertApiKey(tx, { ...terms, id, made_by: proposer.actorId });
  const secret = await issueSecret(tx, id, proposer.actorId);
  const subject = { type: 'api-keys', id };
  const request = await requestChange(
    tx,
    { kind: 'api-key', subject, before: null, after: terms, proposal: {} },
    proposer,
  );
  return { ...request, secret };
}

/** The list of operations is loaded by the keys that name some. */
async function refuseUnknown(
  routes: readonly string[] | null,
  key: { readonly role: KeyRole; readonly tenantType: TenantType },
): Promise<DomainError | undefined> {
  if (routes === null) return undefined;
  const { refuseOperations } = await import('./refuse-operations.ts');
  return refuseOperations(routes, key);
}

export const apiKeyEffects: ChangeEffects = {
  approved: async (tx, { subject_id }, permit) => {
    stillThere(await setActive(tx, subject_id, permit));
    return undefined;
  },
  refused: async (tx, { subject_id }) => {
    const key = await lockApiKey(tx, subject_id);
    if (key !== undefined && key.status !== 'REVOKED') await setRevoked(tx, subject_id);
    return undefined;
  },
};
