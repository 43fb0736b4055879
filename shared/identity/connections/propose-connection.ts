import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Permit, type Proposer, proposeChange, stillThere, Waiting } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { endSessionsOfConnection } from '#identity/federation/federation.repository.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { asRead, changed } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import {
  type ConnectionChange,
  type ConnectionRow,
  type ConnectionSettings,
  countConnections,
  findConnection,
  insertConnection,
  lockConnection,
  setConnection,
} from './connection.repository.ts';
import type { ChangeBody } from './sent-settings.ts';
import { shownSettings } from './shown-settings.ts';

/** Providers of one customer are few, and all of them are offered to whoever signs in. */
const MAX_CONNECTIONS = 20;

interface ProposedNew {
  readonly kind: ConnectionRow['kind'];
  readonly settings: ConnectionSettings;
}

interface ProposedChange {
  readonly version: number;
  readonly change: ConnectionChange;
}

/**
 * Asks a second person for a new connection.
 * @throws DomainError `validation-failed`, `conflict`
 */
export async function proposeConnection(
  tx: TenantTx,
  { id, kind, settings }: { readonly id: string } & ProposedNew,
  proposer: Proposer,
): Promise<Waiting> {
  if ((await countConnections(tx)) >= MAX_CONNECTIONS)
    throw new DomainError('conflict', `A tenant has at most ${MAX_CONNECTIONS}. Delete one first.`);
  const request = await requestChange(
    tx,
    {
      kind: 'connection',
      subject: { type: 'connections', id },
      before: null,
      after: { kind, ...shownSettings(settings) },
      proposal: { kind, settings } satisfies ProposedNew,
    },
    proposer,
  );
  return new Waiting(request);
}

/** Fields by which another provider or client would vouch for people: what was tested is no longer what is used. */
const TESTED_FIELDS = [
  'issuer',
  'client_id',
  'client_authentication',
  'scopes',
  'subject_claim',
  'sso_url',
] as const;

/** Certificates may be added beside one that was tested: a provider changes its key without anybody being locked out. */
function isOtherProvider(current: ConnectionRow, sent: ConnectionChange): boolean {
  const isOther = TESTED_FIELDS.some(
    (field) => sent[field] !== undefined && JSON.stringify(sent[field]) !== JSON.stringify(current[field]),
  );
  const keeps = sent.certificates?.some((pem) => current.certificates?.includes(pem)) ?? true;
  return isOther || !keeps;
}

export interface ChangedConnection {
  /** The connection as it was read; one that has changed meanwhile is refused by its version. */
  readonly current: ConnectionRow;
  readonly body: ChangeBody;
  readonly settings: Omit<ConnectionChange, 'status' | 'tested_at'>;
}

/**
 * Changes a connection: at once where it is renamed or switched off, and else when a second person has approved it.
 * @throws DomainError `not-found`, `precondition-failed`, `validation-failed`, `connection-untested`, `change-pending`
 */
export async function proposeConnectionChange(
  tx: TenantTx,
  { current, body, settings }: ChangedConnection,
  proposer: Proposer,
): Promise<ConnectionRow | Waiting> {
  const { id, version } = current;
  const { status } = body;
  if (
    body.client_secret !== undefined &&
    current.client_authentication === 'PRIVATE_KEY' &&
    body.client_authentication === undefined
  )
    throw invalidField(
      '/client_secret',
      'unexpected',
      'needs client_authentication SECRET: the client signs with a key',
    );
  const isOther = isOtherProvider(current, settings);
  if (status === 'ACTIVE' && (isOther || current.tested_at === null)) throw untested();
  const change: ConnectionChange = {
    ...settings,
    ...(isOther ? { tested_at: null, status: 'DRAFT' } : {}),
    ...(status === undefined ? {} : { status }),
  };
  const { name: _name, ...deciding } = settings;
  return proposeChange(
    tx,
    {
      kind: 'connection',
      isControlled: Object.keys(deciding).length > 0 || (status === 'ACTIVE' && current.status !== 'ACTIVE'),
      subject: { type: 'connections', id },
      before: { ...pick(current, Object.keys(settings)), status: current.status },
      after: { ...shownSettings(settings), status: change.status ?? current.status },
      proposal: { version, change } satisfies ProposedChange,
    },
    proposer,
    async (permit) =>
      changed(await apply(tx, id, { version, change }, permit), async () => findConnection(tx, id)),
  );
}

function untested(): DomainError {
  return new DomainError(
    'connection-untested',
    'Begin a test by POST /connections/{id}/test and sign in: the connection can be made ACTIVE when that has succeeded.',
  );
}

function pick(current: ConnectionRow, names: readonly string[]): Record<string, unknown> {
  const { credential_sealed: _, ...shown } = current;
  return Object.fromEntries(Object.entries(shown).filter(([name]) => names.includes(name)));
}

async function apply(
  tx: TenantTx,
  id: string,
  { version, change }: ProposedChange,
  _permit: Permit,
): Promise<ConnectionRow | undefined> {
  if (change.status === 'ACTIVE' && (await findConnection(tx, id))?.tested_at === null) throw untested();
  const updated = await setConnection(tx, id, version, change);
  if (updated !== undefined && updated.status !== 'ACTIVE') await endSessionsOfConnection(tx, id);
  return updated;
}

/** Deletes a connection, by which nobody gets in any more. */
export async function removeConnection(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
): Promise<void> {
  const { version } = asRead(await lockConnection(tx, id), expectedVersion);
  await setConnection(tx, id, version, { status: 'DELETED' });
  await endSessionsOfConnection(tx, id);
}

export const connectionEffects: ChangeEffects = {
  approved: async (tx, { subject_id, proposal }, permit) => {
    if ('settings' in (proposal as object)) {
      const { kind, settings } = proposal as ProposedNew;
      await insertConnection(tx, subject_id, kind, settings);
    } else stillThere(await apply(tx, subject_id, proposal as ProposedChange, permit));
    return undefined;
  },
};
