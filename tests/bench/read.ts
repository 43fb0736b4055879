import { parseArgs } from 'node:util';
import type pg from 'pg';
import { lastOf, queriesBy } from '#platform/db/kysely.ts';
import { keepStatements } from '#platform/db/pipeline.ts';
import { enterTenant, statementsOf } from '#platform/db/tenant-context.ts';
import { type Actor, type TenantRead, tenantRead } from '#platform/db/tenant-tx.ts';
import { findShareholder } from '#register/shareholder.repository.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type BenchDatabase, benchDatabase } from './bench-database.ts';
import { type Contestant, compare, interleave } from './interleave.ts';

const HOLDERS = 100_000;
const TENANTS = 10;
const PLAIN = 'select * from shareholders where tenant_id = $1 and id = $2';

/**
 * The database part of `GET /shareholders/{id}`: with its caller's standing, under row-level security, in one round trip ÷ the same query without them, as a
 * connection may send it that RDS Proxy shares (docs/adr/0199). Then what the difference consists of, also against a query whose plan is kept.
 */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { reads: { type: 'string', default: '2000' }, rounds: { type: 'string', default: '15' } },
  });
  const reads = Number(values.reads);
  const rounds = Number(values.rounds);
  const database = await benchDatabase();
  try {
    const { caller, idOf } = await arrange(database);
    const { tenantId } = caller;
    const contestant = (name: string, read: (id: string) => Promise<unknown>): Contestant => ({
      name,
      run: async () => {
        for (let number = 0; number < reads; number += 1) await read(idOf(number));
        return reads;
      },
    });
    const ours = contestant('row-level security, one round trip', (id) =>
      tenantRead(caller, (tx) => findShareholder(tx, id)),
    );
    const admin = await database.connectAsAdmin();
    const limit = contestant('no row-level security', (id) => admin.query(PLAIN, [tenantId, id]));
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
    const by = (client: pg.Client) => (id: string) => findShareholder(readOn(client, caller), id);
    await compare({
      title: 'What the difference consists of',
      unit,
      limit,
      rounds,
      others: [
        contestant('the limit, with a statement that is kept', (id) =>
          admin.query({ name: 'plain', text: PLAIN, values: [tenantId, id] }),
        ),
        ours,
        contestant('ours, with statements that are kept', by(kept)),
        contestant('the limit, without the stand-in for RDS Proxy', (id) =>
          plainDirect.query(PLAIN, [tenantId, id]),
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
function readOn(client: pg.Client, caller: Actor): TenantRead {
  return queriesBy(async (statement) =>
    lastOf(await statementsOf(client, enterTenant(caller), [statement])),
  ) as unknown as TenantRead;
}

async function arrange({ admin }: BenchDatabase) {
  let tenant: TestTenant | undefined;
  for (let number = 0; number < TENANTS; number += 1) {
    tenant = await insertTestTenant(admin, 'ISSUER');
    await admin.query(
      `insert into shareholders (tenant_id, external_ref, name) select $1, n::text, 'Holder ' || n from generate_series(1, $2::integer) as n`,
      [tenant.id, HOLDERS / TENANTS],
    );
  }
  const caller: Actor = { ...(tenant as TestTenant).as('OPS'), requestId: 'bench' };
  await admin.query('analyze');
  const { rows } = await admin.query<{ id: string }>('select id from shareholders where tenant_id = $1', [
    caller.tenantId,
  ]);
  const idOf = (read: number) => rows[(read * 7919) % rows.length]?.id as string;
  return { caller, idOf };
}
