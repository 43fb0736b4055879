import type { z } from 'zod';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Permit, type Proposer, proposeChange, stillThere, Waiting } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { endSessionsOfConnection } from '#identity/federation/federation.repository.ts';
import { refuseIssuer, subjectClaimOf } from '#identity/federation/subject.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { asRead, changed } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { requirePublicUrl } from '#platform/outbound/require-public-url.ts';
import type { Sealer } from '#platform/sealing.ts';
import { type Credential, newClientKey, sealSecret } from './client-credential.ts';
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
import type { createConnection, updateConnection } from './connections.routes.ts';
import { shownSettings } from './shown-settings.ts';

type NewBody = z.output<(typeof createConnection)['body']>;
type ChangeBody = z.output<(typeof updateConnection)['body']>;

/** Providers of one customer are few, and all of them are offered to whoever signs in. */
const MAX_CONNECTIONS = 20;
const DEFAULT_SCOPES = ['openid', 'profile', 'email'];

interface ProposedNew {
  readonly settings: ConnectionSettings;
}

interface ProposedChange {
  readonly version: number;
  readonly change: ConnectionChange;
}

/**
 * Refuses an issuer that stands for many directories, or that can't be reached on the public internet.
 * @throws DomainError `validation-failed`
 */
export async function requireIssuer(issuer: string | undefined, loopback: boolean): Promise<void> {
  if (issuer === undefined) return;
  const refusal = refuseIssuer(issuer);
  if (refusal !== undefined) throw invalidField('/issuer', 'invalid-issuer', refusal);
  await requirePublicUrl(issuer, '/issuer', { loopback });
}

interface SentCredential {
  readonly client_authentication?: 'SECRET' | 'PRIVATE_KEY' | undefined;
  readonly client_secret?: string | undefined;
}

/**
 * Returns the secret or key that a request brings or asks for; undefined where it asks for none.
 * @throws DomainError `validation-failed`
 */
function credentialOf(
  id: string,
  { client_authentication, client_secret }: SentCredential,
  sealer: Sealer,
): Credential | undefined {
  if (client_authentication === 'PRIVATE_KEY') {
    if (client_secret !== undefined)
      throw invalidField('/client_secret', 'unexpected', 'must be left out: the client signs with a key');
    return newClientKey(id, sealer);
  }
  if (client_secret !== undefined) return sealSecret(id, client_secret, sealer);
  if (client_authentication === 'SECRET') throw secretMissing();
  return undefined;
}

function secretMissing(): DomainError {
  return invalidField('/client_secret', 'required', 'is required where client_authentication is SECRET');
}

/**
 * Asks a second person for a new connection.
 * @throws DomainError `validation-failed`, `conflict`
 */
export async function proposeConnection(
  tx: TenantTx,
  body: NewBody,
  proposer: Proposer,
  sealer: Sealer,
): Promise<Waiting> {
  if ((await countConnections(tx)) >= MAX_CONNECTIONS)
    throw new DomainError('conflict', `A tenant has at most ${MAX_CONNECTIONS}. Delete one first.`);
  const id = uuidV7();
  const { kind, client_secret: _, ...rest } = body;
  const credential = credentialOf(id, body, sealer);
  if (credential === undefined) throw secretMissing();
  const settings: ConnectionSettings = {
    ...rest,
    scopes: body.scopes ?? DEFAULT_SCOPES,
    subject_claim: body.subject_claim ?? subjectClaimOf(body.issuer),
    employee_id_claim: body.employee_id_claim ?? null,
    ...credential,
  };
  const request = await requestChange(
    tx,
    {
      kind: 'connection',
      subject: { type: 'connections', id },
      before: null,
      after: { kind, ...shownSettings(settings) },
      proposal: { settings } satisfies ProposedNew,
    },
    proposer,
  );
  return new Waiting(request);
}

/** Fields by which another provider or client would vouch for people: what was tested is no longer what is used. */
const TESTED_FIELDS = ['issuer', 'client_id', 'client_authentication', 'scopes', 'subject_claim'] as const;

/**
 * Changes a connection: at once where it is renamed or switched off, and else when a second person has approved it.
 * @throws DomainError `not-found`, `precondition-failed`, `validation-failed`, `connection-untested`, `change-pending`
 */
export async function proposeConnectionChange(
  tx: TenantTx,
  { id, version, body }: { readonly id: string; readonly version: number; readonly body: ChangeBody },
  proposer: Proposer,
  sealer: Sealer,
): Promise<ConnectionRow | Waiting> {
  const current = asRead(await findConnection(tx, id), version);
  const { client_secret: _, status, ...fields } = body;
  const settings = { ...fields, ...credentialOf(id, body, sealer) };
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
  const isOther = TESTED_FIELDS.some(
    (field) =>
      settings[field] !== undefined && JSON.stringify(settings[field]) !== JSON.stringify(current[field]),
  );
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
    if ('settings' in (proposal as object))
      await insertConnection(tx, subject_id, (proposal as ProposedNew).settings);
    else stillThere(await apply(tx, subject_id, proposal as ProposedChange, permit));
    return undefined;
  },
};
