import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
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
