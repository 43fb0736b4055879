import { once } from 'node:events';
import { connect } from 'node:net';
import pg from 'pg';
import { type DatabaseProxy, type PinReason, startDatabaseProxy } from 'template-runner/database-proxy';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { ROLE_PASSWORD } from '#tests/support/postgres-server.ts';

let database: TestDatabase;
let proxy: DatabaseProxy;
const clients: pg.Client[] = [];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  const { host, port } = inject('postgres');
  proxy = await startDatabaseProxy({ host, port, tls: false });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
  await proxy.close();
});

async function connected(more: pg.ClientConfig = {}): Promise<pg.Client> {
  const { host, port } = proxy;
  const client = new pg.Client({
    ...{ host, port, database: database.connection.database, user: 'vestry_app', password: ROLE_PASSWORD },
    ...more,
  });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

async function pins(): Promise<PinReason[]> {
  const counts = await proxy.counts();
  return Object.entries(counts.pins).flatMap(([reason, count]) => (count > 0 ? [reason as PinReason] : []));
}

describe('it refuses what RDS Proxy refuses', () => {
  test('options in the start-up packet', async () => {
    await expect(connected({ options: '-c search_path=vestry' })).rejects.toMatchObject({ code: '0A000' });
    expect((await proxy.counts()).refused).toEqual({ options: 1, cancel: 0 });
  });

  test('a request to cancel what runs', async () => {
    const client = await connected();
    const { rows } = await client.query('select pg_backend_pid() as pid');
    const { secretKey } = client as unknown as { secretKey: number };
    const running = client.query(`select 'ended' as it from pg_sleep(1)`);
    const packet = Buffer.alloc(16);
    for (const [at, word] of [16, 80877102, rows[0].pid, secretKey].entries())
      packet.writeInt32BE(word, at * 4);
    const socket = connect({ host: proxy.host, port: proxy.port });
    socket.write(packet);
    await once(socket.resume(), 'close');
    expect((await running).rows).toEqual([{ it: 'ended' }]);
    expect((await proxy.counts()).refused).toEqual({ options: 0, cancel: 1 });
  });
});

describe('it counts what pins', () => {
  test('nothing, for statements and transactions with parameters', async () => {
    const client = await connected();
    await client.query('select $1::text', ['a']);
    await client.query('begin');
    await client.query(`select set_config('app.tenant_id', $1, true), pg_advisory_xact_lock(1)`, ['']);
    await client.query('commit');
    expect(await proxy.counts()).toMatchObject({ sessions: 1, pinned: 0 });
    expect(await pins()).toEqual([]);
  });

  test('a setting of a transaction after its end', async () => {
    const client = await connected();
    await client.query('begin');
    await client.query('commit');
    await client.query(`select set_config('app.tenant_id', $1, true)`, ['']);
    expect(await pins()).toEqual(['setting']);
  });

  test('each reason once a session, and each session once', async () => {
    const [one, other] = [await connected(), await connected()];
    for (let times = 0; times < 3; times += 1) {
      await one.query('select pg_advisory_lock(1)');
      await one.query('select pg_advisory_unlock(1)');
    }
    await one.query('create temporary table t (n integer)');
    await other.query({ name: 'named', text: 'select 1' });
    const counts = await proxy.counts();
    expect(counts).toMatchObject({ sessions: 2, pinned: 2 });
    expect(counts.pins).toMatchObject({ 'session lock': 1, 'temporary table': 1, 'named statement': 1 });
  });

  test('a transaction that is begun by a statement with a name', async () => {
    const client = await connected();
    await client.query({ name: 'start', text: 'begin' });
    await client.query(`select set_config('app.tenant_id', '', true)`);
    expect(await pins()).toEqual(['named statement']);
  });

  test.each([
    [16 * 1024, []],
    [16 * 1024 + 1, ['long text']],
  ])('a text of %i bytes: %j', async (bytes, expected) => {
    const client = await connected();
    await client.query(`select 1 ${' '.repeat(bytes - 'select 1 '.length)}`, []);
    expect((await pins()).filter((reason) => reason === 'long text')).toEqual(expected);
  });
});

test('large data pass both ways unchanged', async () => {
  const client = await connected();
  const text = 'Grüße, 世界 '.repeat(200_000);
  const { rows } = await client.query('select $1::text as back, md5($1) as hash', [text]);
  expect(rows[0].back).toBe(text);
});

test('a database that is away is told as a database that does not start yet', async () => {
  const away = await startDatabaseProxy({ host: '127.0.0.1', port: 1, tls: false });
  try {
    await expect(connected({ port: away.port })).rejects.toMatchObject({ code: '57P03' });
  } finally {
    await away.close();
  }
});

test('a session ends with its connection to the database', async () => {
  const client = await connected();
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const ended = new Promise((resolve) => client.once('end', resolve));
  await database.admin.query('select pg_terminate_backend($1)', [rows[0].pid]);
  await ended;
});
