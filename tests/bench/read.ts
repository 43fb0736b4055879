import { parseArgs } from 'node:util';
import type pg from 'pg';
import type { TenantId } from '#kernel/ids.ts';
import { lastOf, queriesBy } from '#platform/db/kysely.ts';
import { keepStatements } from '#platform/db/pipeline.ts';
import { statementsOf } from '#platform/db/tenant-context.ts';
import { type TenantRead, tenantRead } from '#platform/db/tenant-tx.ts';
import { findShareholder } from '#register/shareholder.repository.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { type BenchDatabase, benchDatabase } from './bench-database.ts';
import { type Contestant, compare, interleave } from './interleave.ts';

const HOLDERS = 100_000;
const TENANTS = 10;
const PLAIN = 'select * from shareholders where tenant_id = $1 and id = $2';

/**
 * The database part of `GET /shareholders/{id}`: under row-level security, in one round trip ÷ the same query without it. Then
 * what the difference consists of.
 */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { reads: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '5' } },
  });
  const reads = Number(values.reads);
  const rounds = Number(values.rounds);
  const database = await benchDatabase();
  try {
    const { tenantId, idOf } = await arrange(database);
    const contestant = (name: string, read: (id: string) => Promise<unknown>): Contestant => ({
      name,
      run: async () => {
        for (let number = 0; number < reads; number += 1) await read(idOf(number));
        return reads;
      },
    });
    const ours = contestant('row-level security, one round trip', (id) =>
      tenantRead(tenantId, (tx) => findShareholder(tx, id)),
    );
    const admin = await database.connectAsAdmin();
    const limit = contestant('no row-level security, prepared', (id) =>
      admin.query({ name: 'plain', text: PLAIN, values: [tenantId, id] }),
    );
    const unit = 'reads/s';
    await interleave({ title: 'GET /shareholders/{id}, its query', unit, ours, limit, atLeast: 0.7, rounds });

    const [direct, kept, keptDirect] = [
      await database.connectAsApp({ direct: true }),
      await database.connectAsApp(),
      await database.connectAsApp({ direct: true }),
    ];
    const plainDirect = await database.connectAsAdmin({ direct: true });
    keepStatements(kept);
    keepStatements(keptDirect);
    const by = (client: pg.Client) => (id: string) => findShareholder(readOn(client, tenantId), id);
    await compare({
      title: 'What the difference consists of',
      unit,
      limit,
      rounds,
      others: [
        contestant('the limit, parsed each time', (id) => admin.query(PLAIN, [tenantId, id])),
        ours,
        contestant('ours, with statements that are kept', by(kept)),
        contestant('the limit, without the stand-in for RDS Proxy', (id) =>
          plainDirect.query({ name: 'plain', text: PLAIN, values: [tenantId, id] }),
        ),
        contestant('ours, without the stand-in', by(direct)),
        contestant('ours, without the stand-in, with statements that are kept', by(keptDirect)),
      ],
    });
    for (const client of [admin, direct, kept, keptDirect, plainDirect]) await client.end();
  } finally {
    await database.close();
  }
}

/** Reads as `tenantRead` does, on a connection of our choice. */
function readOn(client: pg.Client, tenantId: TenantId): TenantRead {
  return queriesBy(async (statement) =>
    lastOf(await statementsOf(client, tenantId, [statement])),
  ) as unknown as TenantRead;
}

async function arrange({ admin }: BenchDatabase) {
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
  return { tenantId, idOf };
}
