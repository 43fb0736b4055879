import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import { recordAudit } from '#platform/db/tenant-tx.ts';
import * as environment from '#platform/environment.ts';
import { logger } from '#platform/observability/logger.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { type Sealer, sealerOf } from '#platform/sealing.ts';
import { currentSecretText } from '#platform/secret.ts';
import * as jobs from './keys.jobs.ts';
import { listOtherwiseSealed, type SealedRow, setSealed } from './sealed-field.repository.ts';
import { SEALED_FIELDS, type SealedField } from './sealed-fields.ts';

const REASON = 'sealed fields of every tenant';
const BATCH = 500;
const MARGIN_MS = 30_000;
const NOTHING = '00000000-0000-0000-0000-000000000000';

export interface Resealed extends Record<string, unknown> {
  /** The id of the key that seals every value afterwards. */
  readonly key: string;
  readonly rows: number;
  /** Rows that don't open: each is named in the log. */
  readonly failed: number;
  /** False when time ran out: the next run goes on. */
  readonly complete: boolean;
}

/**
 * Seals again, by the key that seals at `at`, every value that another key has sealed. Finished values are not found
 * again: the next run completes one that is killed or runs out of time.
 */
export async function resealFields(
  at: Date,
  requestId: string,
  remainingMs: () => number,
): Promise<Resealed> {
  const sealer = sealerOf(await currentSecretText(environment.fieldKeySecretArn()), at.getTime());
  const counts = { rows: 0, failed: 0 };
  const complete = await resealAll(sealer, counts, remainingMs);
  if (counts.rows > 0)
    await recordAudit(systemActor(PLATFORM_TENANT_ID, requestId, jobs.resealFields), {
      action: 'fields.resealed',
      resource: `field-keys/${sealer.keyId}`,
      payload: { ...counts, complete },
    });
  return { key: sealer.keyId, ...counts, complete };
}

async function resealAll(
  sealer: Sealer,
  counts: { rows: number; failed: number },
  remainingMs: () => number,
): Promise<boolean> {
  for (const field of SEALED_FIELDS) {
    let after = { tenantId: NOTHING, key: NOTHING };
    for (let more = true; more; ) {
      if (remainingMs() < MARGIN_MS) return false;
      const rows = await systemTx(REASON, async (tx) => {
        const found = await listOtherwiseSealed(tx, field, sealer.keyId, after, BATCH);
        for (const row of found) {
          const values = reseal(sealer, field, row);
          counts[values === undefined ? 'failed' : 'rows'] += 1;
          if (values !== undefined) await setSealed(tx, field, row, values);
        }
        return found;
      });
      const last = rows.at(-1);
      if (last !== undefined) after = { tenantId: last.tenant_id, key: last.key };
      more = rows.length === BATCH;
    }
  }
  return true;
}

function reseal(sealer: Sealer, field: SealedField, row: SealedRow): string[] | undefined {
  const place = field.placeOf(row.place_key);
  try {
    return row.values.map((sealed) => sealer.seal(sealer.open(sealed, place), place));
  } catch (error) {
    const { tenant_id, key } = row;
    logger.error('a sealed value does not open', {
      ...{ table: field.table, tenant_id, key },
      error: error as Error,
    });
    return undefined;
  }
}
