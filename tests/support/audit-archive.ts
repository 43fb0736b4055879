import type { JsonWebKey } from 'node:crypto';
import type pg from 'pg';
import { toPublicKeys } from '#audit/archive/audit-keys.ts';
import type { Verification } from '#audit/verification/verification.ts';
import { verifyArchive } from '#audit/verification/verify-archive.ts';
import { handler as exportHandler } from '#functions/scheduled/export-audit.ts';
import { fileArchive } from '#local/file-archive.ts';
import type { TestAws } from './aws-services.ts';
import { testContext } from './request.ts';

/** Runs the exporter for an instant. */
export function exportAt(time: string): Promise<Record<string, unknown>> {
  return exportHandler({ id: `export-${time}`, time }, testContext());
}

const PATIENCE_MS = 2 * 60_000;

/** Waits until all entries are settled, because transactions of other tests in other databases of the same server share the numbering. */
export async function allSettled(admin: pg.Pool): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await admin.query(
      'select not exists (select from audit_log where xact >= pg_snapshot_xmin(pg_current_snapshot())) as settled',
    );
    if (rows[0].settled) return;
    if (Date.now() > deadlineMs) throw new Error('entries are still not settled');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Exports every entry as one digest, once all are settled. */
export async function exportAll(admin: pg.Pool, time: string): Promise<void> {
  await allSettled(admin);
  await exportAt(time);
}

/** An entry as a request writes it; its transaction may stay open. */
export async function insertEntry(
  client: pg.ClientBase | pg.Pool,
  tenantId: string,
  resource: string,
): Promise<string> {
  const { rows } = await client.query(
    `insert into audit_log (tenant_id, actor_role, action, resource, request_id, payload)
     values ($1, 'SYSTEM', 'tenant.updated', $2, 'test', $3) returning id`,
    [tenantId, resource, JSON.stringify({ resource, text: 'Zoë\n“quoted”', exact: '1.10' })],
  );
  return rows[0].id;
}

export async function publicKeys(admin: pg.Pool) {
  const { rows } = await admin.query<{ kid: string; public_jwk: JsonWebKey }>('select * from audit_keys');
  return toPublicKeys(rows.map(({ kid, public_jwk }) => ({ kid, publicJwk: public_jwk })));
}

/** Verifies the files of the bucket with the keys in the database; the newest digest is passed only if it is given. */
export async function verifyFiles(
  { admin, aws }: { admin: pg.Pool; aws: TestAws },
  more: { from?: string; to?: string; tenantId?: string; head?: { sequence: number; sha256: string } } = {},
): Promise<Verification> {
  return verifyArchive({
    archive: fileArchive(aws.dataDir, aws.auditBucket),
    keys: await publicKeys(admin),
    from: '2000-01-01',
    to: '2199-12-31',
    ...more,
  });
}
