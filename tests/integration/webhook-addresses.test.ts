import type { LookupAddress } from 'node:dns';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { type Listener, listen } from '#tests/support/listener.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { Webhooks } from '#tests/support/webhooks.ts';
import { postWebhook } from '#webhooks/delivery/post-webhook.ts';

let database: TestDatabase;
let listener: Listener;
let admin: Webhooks;

beforeAll(async () => {
  database = await testDatabase();
  process.env.OUTSIDE_TO_LOOPBACK = 'off';
  admin = new Webhooks((await insertTestTenant(database.admin, 'ISSUER')).as('ADMIN'));
});
afterAll(() => database.close());
beforeEach(async () => {
  listener = await listen();
});
afterEach(() => listener.close());

const nowhere = { loopback: false };
const here = { loopback: true };
const post = (url: string) => ({ url, body: '{}', headers: { 'content-type': 'application/json' } });
/** A name server that answers this, each time anew. */
const resolving =
  (...answers: readonly string[][]) =>
  async (): Promise<LookupAddress[]> => {
    const [addresses = []] = answers.length > 1 ? (answers as string[][]).splice(0, 1) : answers;
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };

describe('when a webhook is made', () => {
  test.each([
    'http://hooks.acme.example/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://localhost/',
    'https://10.1.2.3/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data/iam/security-credentials/',
    'https://[fd00:ec2::254]/latest/',
    'https://metadata.google.internal/',
    'https://0x7f000001/',
    'https://db.internal/',
    'https://user:secret@hooks.acme.example/',
    'file:///etc/passwd',
    'not a url',
    `https://hooks.acme.example/${'x'.repeat(2_000)}`,
  ])('%s is refused', async (url) => {
    const { status, body } = await admin.create(url);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: '/url' }]);
    expect((await admin.list()).body.data).toEqual([]);
  });
});

describe('at each delivery', () => {
  const url = () => `http://hooks.acme.example:${listener.port}/`;

  test('a name that now leads to our own network is refused before a connection', async () => {
    const port = String(listener.port);
    for (const addresses of [
      ['127.0.0.1'],
      ['8.8.8.8', '127.0.0.1'],
      ['::1'],
      ['169.254.169.254'],
      ['::ffff:127.0.0.1'],
      [],
    ]) {
      const posted = await postWebhook(post(`https://hooks.acme.example:${port}/`), {
        ...nowhere,
        resolve: resolving(addresses),
      });
      expect(posted, addresses.join()).toEqual({ status: null, error: 'address-refused' });
    }
    expect(listener.heard).toEqual([]);
  });

  test('an address that was allowed once is looked at again', async () => {
    expect(await postWebhook(post(`http://127.0.0.1:${listener.port}/`), nowhere)).toMatchObject({
      error: 'address-refused',
    });
    expect(listener.heard).toEqual([]);
  });

  test('the connection goes to the address that was checked, and to no other that the name gets', async () => {
    const asked: string[] = [];
    const resolve = resolving(['127.0.0.1'], ['169.254.169.254']);
    const posted = await postWebhook(post(url()), {
      ...here,
      resolve: (name) => {
        asked.push(name);
        return resolve();
      },
    });
    expect(posted).toEqual({ status: 200, error: null });
    expect(asked).toEqual(['hooks.acme.example']);
    expect(listener.heard[0]?.headers.host).toBe(`hooks.acme.example:${listener.port}`);
  });

  test('what is allowed to development is this machine alone', async () => {
    const posted = await postWebhook(post(url()), { ...here, resolve: resolving(['10.0.0.1']) });
    expect(posted).toEqual({ status: null, error: 'address-refused' });
  });

  test('a receiver or name server that does not answer is given up in time', async () => {
    listener.answer('hang');
    const slow = await postWebhook(post(url()), { ...here, resolve: resolving(['127.0.0.1']) }, 300);
    expect(slow).toEqual({ status: null, error: 'timeout' });
    const never = await postWebhook(
      post(url()),
      { ...here, resolve: () => new Promise(() => undefined) },
      300,
    );
    expect(never).toEqual({ status: null, error: 'timeout' });
  });

  test('a name without addresses, and what isn’t TLS, are errors of the log', async () => {
    const notFound = Object.assign(new Error('x'), { code: 'ENOTFOUND' });
    const unknown = await postWebhook(post(url()), { ...here, resolve: () => Promise.reject(notFound) });
    expect(unknown).toEqual({ status: null, error: 'name-not-found' });
    const plain = await postWebhook(post(`https://127.0.0.1:${listener.port}/`), here);
    expect(plain).toEqual({ status: null, error: 'tls-failed' });
  });
});
