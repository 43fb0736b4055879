import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { listMails, showMail } from '#local/mails.ts';
import {
  eventually,
  type RunningPlatform,
  removeDataDir,
  startedPlatform,
  startPlatform,
  temporaryDataDir,
} from './platform.ts';

/** Functions behind aliases, web origins by name, payments by file: what `local` doesn't have. */
const NAME = 'acme-prod';
const SLUG = 'acme';

describe(`the templates of ${NAME} on this machine`, () => {
  const [origin = ''] = readEnvironment(NAME).corsOrigins;
  let dataDir: string;
  let platform: RunningPlatform;

  beforeAll(async () => {
    dataDir = temporaryDataDir();
    platform = await startedPlatform({ dataDir, flags: ['--port', '0', '--env', NAME] });
    const admin = { email: 'admin@acme.example', password: 'correct horse battery staple' };
    const tenant = { slug: SLUG, name: 'Acme', type: 'ISSUER', admin: { email: admin.email } };
    expect((await platform.api('operator', 'POST', '/tenants', tenant)).status).toBe(201);
    // Nobody sets the password of another here: the link comes by mail.
    const mails = await eventually(
      async () => listMails(dataDir),
      (list) => list.includes(admin.email),
    );
    const [token] = /(?<=#invitation=)\S+/.exec(showMail(dataDir, mails.split(' ', 1)[0] ?? '')) ?? [];
    const accepted = await fetch(`${platform.file.apiUrl}/api/auth/invitations/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, password: admin.password }),
    });
    expect(accepted.status).toBe(204);
    platform.know({ slug: SLUG, type: 'ISSUER', users: [{ ...admin, role: 'ADMIN' }] });
  });

  afterAll(async () => {
    await platform.stop();
    removeDataDir(dataDir);
  });

  test('load a register that is dropped, through the aliases of their functions', async () => {
    const client = await platform.dropClient(SLUG);
    await client.send(
      new PutObjectCommand({
        Bucket: platform.file.buckets.uploads,
        Key: `drop/${SLUG}/shareholders/register.csv`,
        Body: 'external_ref,name,holdings\nB-1,Ada Lovelace,100\n',
      }),
    );
    const upload = await eventually(
      async () => (await platform.api(SLUG, 'GET', '/uploads')).body.data[0],
      (found) => /COMPLETED|FAILED/.test(found?.state),
    );
    expect(upload).toMatchObject({ state: 'COMPLETED', accepted: 1 });
  });

  test.each([
    ['the API', () => `${platform.file.apiUrl}/api/shareholders`],
    ['the bucket', () => `${platform.file.awsEndpointUrl}/${platform.file.buckets.uploads}/incoming/x`],
  ])('let pages of their origin in, and of no other (%s)', async (_, url) => {
    const allowed = async (page: string) => {
      const headers = { origin: page, 'access-control-request-method': 'GET' };
      const answer = await fetch(url(), { method: 'OPTIONS', headers });
      return answer.headers.get('access-control-allow-origin');
    };
    expect(await allowed(origin)).toBe(origin);
    for (const page of ['http://localhost:3000', `${origin}.evil.example`, 'null'])
      expect(await allowed(page), page).toBeNull();
  });

  test('have no mock bank, and no demo that would need one', async () => {
    expect((await platform.api(SLUG, 'GET', '/mock-bank/payments')).status).toBe(404);
    expect(platform.output.join('\n')).toContain('no demo');
  });

  test('keep to their data directory', async () => {
    await platform.stop();
    const refused = await startPlatform({ dataDir });
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.output.join('\n')).toContain(`holds the environment ${NAME}, not local`);
  });
});

test('an environment that does not exist is refused with those that do', async () => {
  const refused = await startPlatform({ dataDir: '/nowhere', flags: ['--env', 'acme-prd'] });
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.output.join('\n')).toMatch(
    /there is no environment acme-prd \(--env\): there are acme-prod, local/,
  );
});
