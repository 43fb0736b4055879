import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AwsEndpoint, startAwsEndpoint } from '#aws/endpoint/endpoint.ts';

const credentials = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a-secret-of-the-test' };
let dataDir: string;
let endpoint: AwsEndpoint;
let ses: SESv2Client;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'aws-ses-'));
  endpoint = await startAwsEndpoint({
    ...{ port: 0, dataDir, region: 'eu-central-1', accountId: '111122223333', ...credentials },
    ...{ buckets: [], queues: [], eventBuses: [], secrets: [], mailIdentities: ['shop.example'] },
    onEvent: () => undefined,
  });
  ses = new SESv2Client({ endpoint: endpoint.url, region: 'eu-central-1', credentials, maxAttempts: 1 });
});

afterAll(async () => {
  await endpoint.close();
  rmSync(dataDir, { recursive: true });
});

function mail(more: Partial<SendEmailCommandInput> = {}, subject = 'An order'): SendEmailCommand {
  return new SendEmailCommand({
    FromEmailAddress: 'Shop <shop@shop.example>',
    Destination: { ToAddresses: ['buyer@home.example'] },
    Content: {
      Simple: {
        Subject: { Data: subject },
        Body: {
          Text: { Data: 'Your order is on its way — soon.' },
          Html: { Data: '<p>It is on its way</p>' },
        },
        Headers: [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
      },
    },
    ...more,
  });
}

const files = (): string[] => readdirSync(join(dataDir, 'mails')).sort();
const newest = (): string => readFileSync(join(dataDir, 'mails', files().at(-1) ?? ''), 'utf8');

test('a mail is a file that a mail program opens, and nobody else reads', async () => {
  const { MessageId } = await ses.send(mail());
  const text = newest();
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  expect(head.split('\r\n')).toEqual(
    expect.arrayContaining([
      'From: Shop <shop@shop.example>',
      'To: buyer@home.example',
      'Subject: An order',
      'Auto-Submitted: auto-generated',
      `Message-ID: <${MessageId}@email.amazonses.com>`,
    ]),
  );
  expect(body).toContain('text/plain; charset=UTF-8');
  const [, plain = ''] = /base64\r\n\r\n([^-]+)\r\n--/.exec(text) ?? [];
  expect(Buffer.from(plain, 'base64').toString()).toBe('Your order is on its way — soon.');
  expect(statSync(join(dataDir, 'mails', files()[0] ?? '')).mode & 0o077).toBe(0);
});

test('a subject that would end its line, or is not ASCII, stays one header', async () => {
  const subject = `Ärger\r\nBcc: thief@evil.example ${'ü'.repeat(60)}`;
  await ses.send(mail({}, subject));
  const [head = ''] = newest().split('\r\n\r\n', 1);
  expect(head).not.toMatch(/^Bcc/m);
  const [, encoded = ''] = /^Subject: ((?:.+\r\n )*.+)/m.exec(head) ?? [];
  const words = [...encoded.matchAll(/=\?UTF-8\?B\?(.+?)\?=/g)].map(([word, text = '']) => {
    expect(word.length).toBeLessThanOrEqual(75);
    return Buffer.from(text, 'base64').toString();
  });
  expect(words.join('')).toBe(subject);
});

test.each<[string, Partial<SendEmailCommandInput>, string]>([
  ['a sender of a domain that is not verified', { FromEmailAddress: 'a@evil.example' }, 'MessageRejected'],
  [
    'a recipient with a line end',
    { Destination: { ToAddresses: ['a@b.example\r\nBcc: c@d.example'] } },
    'BadRequestException',
  ],
  ['no recipient', { Destination: { ToAddresses: [] } }, 'BadRequestException'],
  [
    'more recipients than fifty',
    { Destination: { ToAddresses: Array(51).fill('a@b.example') } },
    'BadRequestException',
  ],
  ['a parameter that is not implemented', { ConfigurationSetName: 'set' }, 'UnsupportedOperation'],
  [
    'a message made elsewhere',
    { Content: { Raw: { Data: Buffer.from('From: x') } } },
    'UnsupportedOperation',
  ],
])('%s is refused, and nothing is written', async (_, more, name) => {
  const before = files();
  await expect(ses.send(mail(more))).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  expect(files()).toEqual(before);
});
