import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approveChange } from '#approvals/approvals.routes.ts';
import { verifyAudit } from '#audit/audit.routes.ts';
import { dayOf } from '#kernel/calendar.ts';
import { getTrialBalance } from '#ledger/ledger.routes.ts';
import { type LocalPlatform, startLocalPlatform } from '#local/platform.ts';
import { approveTransaction, createDisbursement } from '#payments/orders/orders.routes.ts';
import { createShareholderBankAccount } from '#payments/payees/bank-accounts.routes.ts';
import { kebabCase, type RouteSpec } from '#platform/http/route.ts';
import { createShareholder, listShareholders } from '#register/shareholders.routes.ts';
import type { Json } from '#tests/support/json.ts';
import { magic } from '#tests/support/payment-client.ts';
import { proxyEvent, type TestRequest } from '#tests/support/request.ts';
import { commands } from '#tests/support/runbook.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const MINUTE_MS = 60_000;
const REPOSITORY = join(import.meta.dirname, '../..');
const TODAY = dayOf(new Date());

let directory: string;
let file: string;
let platform: LocalPlatform;
let admin: pg.Pool;
let acme: TestTenant;

/** Starts a platform on a directory below that of the test, instead of the one that runs. */
async function run(name: string): Promise<void> {
  await stop();
  platform = await startLocalPlatform({ dataDir: join(directory, name), port: 0, fsync: false });
  admin = new pg.Pool({
    connectionString: platform.file.databaseUrl,
    max: 2,
    options: '-c search_path=vestry',
  });
  admin.on('error', () => undefined);
}

async function stop(): Promise<void> {
  await admin?.end();
  await platform?.stop();
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vestry-restore-'));
  file = join(directory, 'platform.backup');
  await run('first');
  platform.finishSetUp([]);
  acme = await insertTestTenant(admin, 'ISSUER');
}, 5 * MINUTE_MS);
afterAll(async () => {
  await stop();
  rmSync(directory, { recursive: true, force: true });
}, 2 * MINUTE_MS);

interface Said {
  readonly code: number;
  readonly text: string;
}

function command(...args: string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd: REPOSITORY, env: { ...process.env, VESTRY_LOCAL_FSYNC: 'off' } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), text: `${stdout}${stderr}` }),
    );
  });
}

const local = (...args: string[]): Promise<Said> => command('local/cli.ts', ...args);

const [onThisMachine = ''] = commands('restore.md', 'On this machine');

/** Runs the runbook's own line of a command, with the names that stand in it in capitals. */
function asWritten(name: string, names: Readonly<Record<string, string>>): Promise<Said> {
  const [, line] = new RegExp(`^npm run local -- (${name} .*)$`, 'm').exec(onThisMachine) ?? [];
  if (line === undefined) throw new Error(`the runbook has no ${name}`);
  const words = line.split(' ').map((word) => names[word] ?? word);
  return local(...words.join(' ').split(' '));
}

/** Calls as the gateway does after the authorizer. */
async function call(route: RouteSpec, request: TestRequest): Promise<Json> {
  const name = `vestry-local-api-${kebabCase(route.operationId)}`;
  const result = await platform.pool.invoke(name, JSON.stringify(proxyEvent(route, request)));
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  const { statusCode, body } = JSON.parse(result.payload) as { statusCode: number; body: string };
  expect(statusCode, body).toBeLessThan(300);
  return JSON.parse(body) as Json;
}

async function order(last4: string): Promise<string> {
  const as = acme.as('OPS');
  const holder = await call(createShareholder, {
    as,
    body: { external_ref: randomUUID(), name: 'Ada Holder', holdings: '10' },
    headers: { 'Idempotency-Key': randomUUID() },
  });
  await admin.query(`update shareholders set kyc_status = 'VERIFIED' where id = $1`, [holder.id]);
  const account = {
    routing_number: '121042882',
    account_number: magic(last4),
    account_type: 'CHECKING',
    holder_name: 'Ada Holder',
  };
  const asked = await call(createShareholderBankAccount, { as, params: { id: holder.id }, body: account });
  await call(approveChange, { as: acme.as('COMPLIANCE'), params: { id: asked.id } });
  await admin.query('update bank_accounts set usable_from = now() where shareholder_id = $1', [holder.id]);
  // The amount is above the threshold, so that the payment waits to be approved.
  const ordered = await call(createDisbursement, {
    as,
    body: { shareholder_id: holder.id, amount: '20000', currency: 'USD' },
    headers: { 'Idempotency-Key': randomUUID() },
  });
  return ordered.id;
}

const approve = (id: string) => call(approveTransaction, { as: acme.as('COMPLIANCE'), params: { id } });

async function statusOf(id: string): Promise<string> {
  return (await admin.query('select status from transactions where id = $1', [id])).rows[0].status;
}

let advancedMinutes = 0;

/** Waits until a payment has a status; schedules come due meanwhile, if they may. */
async function reaches(id: string, status: string, pace: 'by itself' | 'with its sweeps'): Promise<void> {
  for (let rounds = 0; (await statusOf(id)) !== status; rounds++) {
    expect(rounds, `${id} is ${await statusOf(id)}`).toBeLessThan(400);
    if (pace === 'with its sweeps' && rounds % 10 === 9) {
      advancedMinutes += 11;
      await platform.scheduler.advance(new Date(Date.now() + advancedMinutes * MINUTE_MS), () => undefined);
    }
    await sleep(200);
  }
}

/** Waits for the bank's own word on a payment: where sweeps have asked for it, it comes after them. */
async function isCalledBack(id: string): Promise<void> {
  const words = async (): Promise<Json[]> =>
    (
      await admin.query(
        `select event_id from bank_events where transaction_id = $1 and event_id not like 'status:%'`,
        [id],
      )
    ).rows;
  for (let rounds = 0; (await words()).length === 0; rounds++) {
    expect(rounds, `the bank has not called back about ${id}`).toBeLessThan(400);
    await sleep(200);
  }
}

/** The balances of the tenant: its accounts, and the holdings of each of its holders. */
async function balances(): Promise<Json> {
  const as = acme.as('COMPLIANCE');
  const { data } = await call(listShareholders, { as, query: { limit: '200' } });
  const holdings = (data as { id: string; holdings: string }[]).map(({ id, holdings: held }) => [id, held]);
  return { accounts: await call(getTrialBalance, { as }), holdings };
}

/** Every row of every table, as one value for each table. */
async function contents(): Promise<Record<string, string>> {
  const { rows: tables } = await admin.query(
    `select relname from pg_class where relnamespace = 'vestry'::regnamespace and relkind = 'r' and relpersistence = 'p' and relname <> all ($1)`,
    [['applied_migrations', 'applied_functions']],
  );
  const digests: Record<string, string> = {};
  for (const { relname } of tables) {
    const { rows } = await admin.query(
      `select md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) as digest from ${pg.escapeIdentifier(relname)} t`,
    );
    digests[relname] = rows[0].digest;
  }
  return digests;
}

async function exports(): Promise<number> {
  const { rows } = await admin.query('select count(*)::integer as n from audit_exports where entries > 0');
  return rows[0].n;
}

async function exportAudit(): Promise<void> {
  const before = await exports();
  // An entry is exported once no older transaction is open.
  for (let tries = 0; (await exports()) === before; tries++) {
    expect(tries, 'nothing is exported').toBeLessThan(20);
    const { ok, error } = await platform.scheduler.fire('export-audit');
    expect(ok, error).toBe(true);
  }
}

const bankPayments = async (): Promise<Json[]> =>
  (await admin.query('select * from mock_bank_payments order by id')).rows;

test(
  'a platform is restored from its backup, goes on, and pays nothing twice',
  async () => {
    const settled = await order('0000');
    await approve(settled);
    await reaches(settled, 'SETTLED', 'by itself');
    // The bank settles it and never calls back: its execution still waits when the backup is taken.
    const sent = await order('0404');
    await approve(sent);
    await reaches(sent, 'SENT', 'by itself');
    const open = await order('0000');
    // A server that has worked for a while is far ahead of a new one in its transaction numbers.
    await admin.query(
      'do $$ begin for i in 1..20000 loop perform pg_current_xact_id(); commit; end loop; end $$',
    );
    await exportAudit();

    // The runbook backs up the platform of the usual directory.
    const saved = await asWritten('backup', { FILE: `${file} --data ${join(directory, 'first')}` });
    expect(saved, saved.text).toMatchObject({ code: 0 });
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readdirSync(join(directory, 'first')).filter((name) => name.startsWith('backup-'))).toEqual([]);
    const before = await balances();
    // It went on after the backup: the bank has a payment of which the restored platform will know nothing.
    await approve(open);
    await reaches(open, 'SETTLED', 'by itself');
    const known = (await bankPayments()).find(({ reference }) => reference === open) as Record<
      string,
      unknown
    >;

    const restored = await asWritten('restore', { FILE: file, DIR: join(directory, 'second') });
    expect(restored, restored.text).toMatchObject({ code: 0 });
    await run('second');
    expect(await balances()).toEqual(before);
    expect([await statusOf(settled), await statusOf(open)]).toEqual(['SETTLED', 'PENDING']);
    const columns = Object.keys(known);
    await admin.query(
      `insert into mock_bank_payments (${columns.map(pg.escapeIdentifier).join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
      Object.values(known),
    );

    await approve(open);
    await reaches(open, 'SETTLED', 'with its sweeps');
    await reaches(sent, 'SETTLED', 'with its sweeps');
    await isCalledBack(open);
    expect((await bankPayments()).map(({ reference }) => reference).sort()).toEqual(
      [settled, sent, open].sort(),
    );

    // The sweeps above may have exported all there is: this is an entry more.
    await order('0000');
    await exportAudit();
    const to = dayOf(new Date(Date.now() + 2 * 24 * 60 * MINUTE_MS));
    const query = { from: TODAY, to };
    expect(await call(verifyAudit, { as: acme.as('COMPLIANCE'), query })).toMatchObject({ valid: true });
    const verified = await command(
      ...['local/audit-verify.ts', '--from', TODAY, '--to', to, '--data', join(directory, 'second')],
    );
    expect(verified, verified.text).toMatchObject({ code: 0 });
  },
  8 * MINUTE_MS,
);

test(
  'a backup has every row, and a second restore the same ones',
  async () => {
    const again = join(directory, 'again.backup');
    expect(await local('backup', again, '--data', join(directory, 'second'))).toMatchObject({ code: 0 });
    const before = await contents();
    expect(Object.keys(before).length).toBeGreaterThan(40);
    expect(await local('restore', again, '--data', join(directory, 'third'))).toMatchObject({ code: 0 });
    await run('third');
    const { idempotency_keys: _, ...after } = await contents();
    expect(before).toMatchObject(after);
  },
  5 * MINUTE_MS,
);

test.each<[string, (at: (name: string) => string) => string[], RegExp]>([
  ['over a platform', (at) => ['restore', file, '--data', at('third')], /is in use|holds a platform/],
  [
    'over a platform that stands still',
    (at) => ['restore', file, '--data', at('first')],
    /holds a platform: restore into another/,
  ],
  ['from no file', (at) => ['restore', at('nothing'), '--data', at('new')], /there is no file/],
  ['from something else', (at) => ['restore', at('text'), '--data', at('new')], /text is no backup/],
  ['over another backup', (at) => ['backup', file, '--data', at('third')], /is there already/],
  [
    'of a platform that stands still',
    (at) => ['backup', at('none'), '--data', at('first')],
    /is not running/,
  ],
])('nothing is written %s', async (_, args, message) => {
  const at = (name: string) => join(directory, name);
  writeFileSync(at('text'), 'no backup');
  const { code, text } = await local(...args(at));
  expect(code).toBe(1);
  expect(text).toMatch(message);
  expect([existsSync(join(at('new'), 'state.json')), existsSync(at('none'))]).toEqual([false, false]);
});
