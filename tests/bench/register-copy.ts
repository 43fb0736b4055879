import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { SampleValues } from '#local/sample/sample-defects.ts';
import { sampleRegister } from '#local/sample/sample-register.ts';
import { insertPositionChange } from '#tests/support/position-change.ts';

const SEED = 1;

/** A register as a file, good rows and bad, and the good rows alone in the text format of COPY. */
export interface RegisterSample {
  readonly file: Buffer;
  readonly valid: readonly Buffer[];
}

export function registerSample(rows: number): RegisterSample {
  const file: Buffer[] = [];
  const valid: Buffer[] = [];
  for (const { bytes, rows: ofBatch } of sampleRegister({ rows, seed: SEED, format: 'csv' })) {
    file.push(bytes);
    const lines = ofBatch.flatMap(({ code, values }) => (code === undefined ? [copyLine(values)] : []));
    valid.push(Buffer.from(lines.join('')));
  }
  return { file: Buffer.concat(file), valid };
}

/** The limit: COPY of the good rows, in one transaction, under the ledger and the indexes of the register. */
export async function copyRegister(
  admin: pg.Pool,
  tenantId: string,
  valid: readonly Buffer[],
  table = 'shareholders',
): Promise<void> {
  const client = await admin.connect();
  await client.query('begin');
  await client.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]);
  // COPY writes the columns of its file, or their defaults.
  const change = await insertPositionChange(client);
  await client.query(`alter table ${table} alter position_change_id set default ${change}`);
  const statement = `copy ${table} (external_ref, name, email, holdings) from stdin`;
  await pipeline(Readable.from(valid), client.query(copyFrom(statement)));
  await client.query(`alter table ${table} alter position_change_id drop default`);
  await client.query('commit');
  client.release();
}

/** Leaves nothing of registers, so that each run finds the same. */
export async function emptyRegister(admin: pg.Pool, alsoTables: readonly string[] = []): Promise<void> {
  const client = await admin.connect();
  await client.query('set session_replication_role = replica');
  await client.query(
    `truncate ${['shareholders', 'position_entries', 'shareholder_names', ...alsoTables].join(', ')} cascade`,
  );
  await client.query('reset session_replication_role');
  await client.query('checkpoint');
  client.release();
}

function copyLine({ external_ref, name, email, holdings }: SampleValues): string {
  const cell = (text: string | null | undefined) =>
    text == null
      ? '\\N'
      : text.replace(/[\\\t\n\r]/g, (c) => ({ '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c] ?? '\\\\');
  return `${cell(external_ref)}\t${cell(name)}\t${cell(email)}\t${cell(holdings)}\n`;
}
