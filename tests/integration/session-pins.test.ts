import { Readable } from 'node:stream';
import { type DatabaseProxy, type PinReason, startDatabaseProxy } from 'template-runner/database-proxy';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { closePools } from '#platform/db/pool.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import { tenantSession } from '#platform/db/tenant-session.ts';
import {
  type Actor,
  type AuditEntry,
  recordAudit,
  tenantRead,
  tenantStatements,
  tenantTx,
} from '#platform/db/tenant-tx.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let proxy: DatabaseProxy;
let tenant: TestTenant;
let actor: Actor;

beforeAll(async () => {
  database = await testDatabase();
  const { host, port } = inject('postgres');
  proxy = await startDatabaseProxy({ host, port, tls: false });
  process.env.DATABASE_PORT = String(proxy.port);
  tenant = await insertTestTenant(database.admin, 'ISSUER');
  actor = { tenantId: tenant.id, actorId: null, actorRole: 'SYSTEM', requestId: 'pins' };
});
afterAll(async () => {
  await database.close();
  await proxy.close();
});

const audit = (): AuditEntry => ({ action: 'shareholder.updated', resource: 'shareholders', payload: {} });
const count = () => tenantRead(tenant.id, (read) => read.selectFrom('shareholders').select('id').execute());
const write = (options: { lockFirst?: string; isolation?: 'serializable' } = {}) =>
  tenantTx(actor, (tx) => tx.selectFrom('shareholders').select('id').execute(), { audit, ...options });
const failing = (work: Promise<unknown>) => expect(work).rejects.toThrow('on purpose');

/**
 * The budget: what may pin a session, by the way to the database. A pinned session has a connection to itself until its
 * function's environment ends (docs/scale.md).
 */
const BUDGET: readonly [way: string, run: () => Promise<unknown>, pins: readonly PinReason[]][] = [
  ['reads', count, []],
  ['writes', () => write(), []],
  ['serializable writes', () => write({ isolation: 'serializable' }), []],
  [
    'statements of one tenant',
    () => tenantStatements(tenant.id, [{ text: 'select id from shareholders' }]),
    [],
  ],
  ['an audit entry of its own', () => recordAudit(actor, audit()), []],
  [
    'work across tenants',
    () => systemTx('to count', (tx) => tx.selectFrom('tenants').select('id').execute(), tenant.id),
    [],
  ],
  [
    'a read that fails',
    () =>
      failing(
        tenantRead(tenant.id, async () => {
          throw new Error('on purpose');
        }),
      ),
    [],
  ],
  [
    'a write that fails',
    () =>
      failing(
        tenantTx(
          actor,
          async () => {
            throw new Error('on purpose');
          },
          { audit },
        ),
      ),
    [],
  ],
  [
    'a statement that fails',
    () =>
      expect(tenantStatements(tenant.id, [{ text: 'select 1 / $1::integer', values: [0] }])).rejects.toThrow(
        'division by zero',
      ),
    [],
  ],
  // Several plans' contributions would fail one another without it (docs/adr/0010).
  [
    'writes behind a lock',
    () => write({ lockFirst: 'plan', isolation: 'serializable' }),
    ['session lock', 'named statement'],
  ],
  // A file is staged where nobody waits for it; the connection ends with the file.
  [
    'staging',
    () =>
      tenantSession(tenant.id, async (session) => {
        await session.run([{ text: 'create temporary table staged (n integer)' }]);
        await session.copyInto('copy staged from stdin', Readable.from([['1\n', '2\n']]));
      }),
    ['temporary table', 'named statement'],
  ],
];

test.each(BUDGET)('%s', async (_, run, pins) => {
  await closePools();
  const before = await proxy.counts();
  await run();
  await run();
  const after = await proxy.counts();
  const grown = (Object.keys(after.pins) as PinReason[]).filter(
    (reason) => after.pins[reason] > before.pins[reason],
  );
  expect(grown.sort()).toEqual([...pins].sort());
  expect(after.pinned > before.pinned).toBe(pins.length > 0);
  expect(after.sessions).toBeGreaterThan(before.sessions);
});

test('a connection without a pin gives its tenant away at once, also after an error', async () => {
  await closePools();
  await expect(
    tenantStatements(tenant.id, [{ text: 'select 1 / $1::integer', values: [0] }]),
  ).rejects.toThrow();
  await count();
  const [row] = await tenantRead(tenant.id, (read) =>
    read
      .selectNoFrom((eb) => eb.fn<string>('current_setting', [eb.val('app.tenant_id')]).as('tenant'))
      .execute(),
  );
  expect(row).toEqual({ tenant: tenant.id });
});
