import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { addDays, dayOf } from '#kernel/calendar.ts';
import type { Json } from '#tests/support/json.ts';
import { eventually } from '../platform.ts';
import { ConsoleWorld } from './world.ts';

/** The journeys of an operator. */

const world = ConsoleWorld.ofFile();

test('an operator finds what failed for good, looks into it, and sends it back', async () => {
  const sqs = world.platform.sqs();
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'vestry-local-uploads-dlq' }));
  const event = readFileSync(join(import.meta.dirname, '../../../events/upload-created.json'), 'utf8');
  const [{ body: MessageBody }] = JSON.parse(event).Records;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  sqs.destroy();
  const one = await world.signedIn('operator', '');
  const { page } = one;
  await page.getByRole('link', { name: 'Failed for good: 1' }).click();
  await page.getByRole('tab', { name: 'Failed for good' }).waitFor();
  await page.getByText('register+2026.csv').waitFor();
  expect(await one.faults()).toEqual([]);
  await page.getByRole('button', { name: 'Send all of uploads back' }).click();
  await page.getByText('1 message goes back to uploads').waitFor();
  const left = await eventually(
    async () => (await world.platform.api('operator', 'GET', '/operations/queues')).body.data,
    (queues) => queues.find(({ name }: { name: string }) => name === 'uploads-dlq').visible === 0,
  );
  expect(left.length).toBeGreaterThan(10);
  expect(one.complaints).toEqual([]);
});

test('an operator makes a tenant, decides where it has no second person, and suspends it', async () => {
  const one = await world.signedIn('operator', '');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  await one.open('/tenants');
  await page.getByRole('button', { name: 'Make a tenant' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('<b>Umbrella</b>');
  await dialog.getByLabel('Short name').fill('umbrella');
  await dialog.getByLabel('Time zone').fill('Mars/Olympus');
  await dialog.getByLabel('First administrator’s email').fill('admin@umbrella.example');
  await dialog.getByRole('button', { name: 'Make the tenant' }).click();
  await dialog.getByText(/^It must be a time zone/).waitFor();
  await dialog.getByLabel('Time zone').fill('Asia/Tokyo');
  await dialog.getByRole('button', { name: 'Make the tenant' }).click();
  await page.getByRole('heading', { name: '<b>Umbrella</b>', level: 1 }).waitFor();

  await page.getByRole('button', { name: 'Suspend', exact: true }).click();
  await dialog.getByRole('button', { name: 'Suspend the tenant' }).click();
  await page.getByText('Suspended', { exact: true }).waitFor();

  // An administrator who is alone proposes somebody: nobody of the tenant can decide.
  const admin = { email: 'admin@solo.example', password: 'seven quiet lamps beneath the orchard' };
  const solo = { slug: 'solo', name: 'Solo', type: 'SPONSOR', admin };
  const made = await world.platform.api('operator', 'POST', '/tenants', solo, { 'idempotency-key': 'solo' });
  expect(made.status).toBe(201);
  const { apiUrl } = world.platform.file;
  const sent = async (path: string, body: object, token = ''): Promise<Json> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = await fetch(`${apiUrl}/api${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return answer.json();
  };
  const { access_token } = await sent('/auth/login', { tenant: 'solo', ...admin });
  const second = { email: 'second@solo.example', role: 'COMPLIANCE' };
  expect((await sent('/users', second, access_token)).state).toBe('PENDING');
  await one.open(`/tenants/${made.body.id}`);
  await page.getByText('second@solo.example').waitFor();
  await one.settled();
  expect(await one.faults()).toEqual([]);
  await page.getByRole('button', { name: 'Approve' }).click();
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Nothing waits.').waitFor();
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('an operator opens a tenant’s records with a purpose and a ticket, which its own trail tells, and sees what pays', async () => {
  const { body } = await world.platform.api('acme/ADMIN', 'GET', '/me');
  const one = await world.signedIn('operator', '');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  await one.open(`/tenants/${body.tenant.id}`);
  await page.getByRole('button', { name: 'Read its records' }).click();
  const open = dialog.getByRole('button', { name: 'Open its records' });
  await dialog.getByLabel('Ticket').fill('?');
  await open.click();
  await dialog.getByText('It must be the number of a ticket, such as INC-1234').waitFor();
  expect(await dialog.getByLabel('And act for it').isDisabled()).toBe(true);
  await dialog.getByLabel('Ticket').fill('INC-77');
  expect(await one.faults()).toEqual([]);
  await open.click();
  const token = dialog.locator('.code').filter({ hasText: /^ey/ });
  const authorization = `Bearer ${await token.textContent()}`;
  expect(await one.faults()).toEqual([]);
  const { apiUrl } = world.platform.file;
  const seen = await fetch(`${apiUrl}/api/shareholders?limit=1`, { headers: { authorization } });
  expect((await seen.json()).data[0].name).toBe('***');
  const { body: trail } = await world.platform.api('acme/COMPLIANCE', 'GET', '/audit?security=true&limit=20');
  expect(JSON.stringify(trail)).toContain('INC-77');
  await one.open('/operations?tab=executions&status=SUCCEEDED');
  await page.getByRole('cell', { name: 'disbursement' }).first().waitFor();
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('an operator moves the day of a platform on this machine, and sees what has happened; nobody else does', async () => {
  const { apiUrl } = world.platform.file;
  const clock = async (authorization?: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${apiUrl}/local/clock`, {
      ...init,
      headers: authorization === undefined ? {} : { authorization },
    });
  const operator = `Bearer ${await world.platform.token('operator')}`;
  const before = (await (await clock(operator)).json()) as { time: string };
  const tomorrow = addDays(dayOf(new Date(before.time)), 1);
  const move = { method: 'POST', body: JSON.stringify({ until: tomorrow }) };
  expect((await clock(undefined, move)).status).toBe(401);
  expect((await clock('Bearer of.no.token', move)).status).toBe(401);
  expect((await clock(`Bearer ${await world.platform.token('acme', 'ADMIN')}`, move)).status).toBe(403);
  expect((await clock(operator, { method: 'DELETE' })).status).toBe(405);
  expect((await clock(operator, { method: 'POST', body: '{"until":"2020-01-01"}' })).status).toBe(422);
  expect((await clock(operator, { method: 'POST', body: 'x'.repeat(2_000_000) })).status).toBe(413);
  expect(await (await clock(operator)).json()).toMatchObject({ moving: false });

  const one = await world.signedIn('operator', '');
  const { page } = one;
  await one.open('/operations?tab=time');
  await page.getByLabel('To the end of').fill('soon');
  await page.getByRole('button', { name: 'Move the time' }).click();
  await page.getByText('soon is no date').waitFor();
  await page.getByRole('button', { name: 'A day on' }).click();
  expect(await page.getByLabel('To the end of').inputValue()).toBe(tomorrow);
  await page.getByRole('button', { name: 'Move the time' }).click();
  await page.getByRole('heading', { name: 'What happened' }).waitFor({ timeout: 120_000 });
  await page.getByText(/jobs have run; none failed/).waitFor();
  expect(await one.faults()).toEqual([]);
  const now = (await (await clock(operator)).json()) as { time: string };
  expect(dayOf(new Date(now.time)) >= tomorrow).toBe(true);
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});
