import { parseArgs } from 'node:util';
import type { TenantId } from '#kernel/ids.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { findShareholder } from '#register/shareholder.repository.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { benchDatabase } from './bench-database.ts';
import { interleave } from './interleave.ts';

const HOLDERS = 100_000;
const TENANTS = 10;

/** The database part of `GET /shareholders/{id}`: under row-level security, in one round trip ÷ the same query without it. */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { reads: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '5' } },
  });
  const reads = Number(values.reads);
  const database = await benchDatabase();
  try {
    const { admin } = database;
    let tenantId = '' as TenantId;
    for (let tenant = 0; tenant < TENANTS; tenant += 1) {
      ({ id: tenantId } = await insertTestTenant(admin, 'ISSUER'));
      await admin.query(
        `insert into shareholders (tenant_id, external_ref, name) select $1, n::text, 'Holder ' || n from generate_series(1, $2::integer) as n`,
        [tenantId, HOLDERS / TENANTS],
      );
    }
    await admin.query('analyze shareholders');
    const { rows } = await admin.query<{ id: string }>('select id from shareholders where tenant_id = $1', [
      tenantId,
    ]);
    const idOf = (read: number) => rows[(read * 7919) % rows.length]?.id as string;
    const plain = await database.connectAsAdmin();
    const text = 'select * from shareholders where tenant_id = $1 and id = $2';
    await interleave({
      title: 'GET /shareholders/{id}, its query',
      unit: 'reads/s',
      ours: {
        name: 'row-level security, one round trip',
        run: async () => {
          for (let read = 0; read < reads; read += 1)
            await tenantRead(tenantId, (tx) => findShareholder(tx, idOf(read)));
          return reads;
        },
      },
      limit: {
        name: 'no row-level security, prepared',
        run: async () => {
          for (let read = 0; read < reads; read += 1)
            await plain.query({ name: 'plain', text, values: [tenantId, idOf(read)] });
          return reads;
        },
      },
      atLeast: 0.7,
      rounds: Number(values.rounds),
    });
    await plain.end();
  } finally {
    await database.close();
  }
}
