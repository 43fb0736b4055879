import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { handler } from '#functions/platform/publish-console.ts';
import { publishConsole } from '#meta/publish-console.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';

let aws: TestAws;
let directory: string;
let client: S3Client;

beforeAll(async () => {
  aws = await testAws();
  process.env.CONSOLE_BUCKET = aws.uploadsBucket;
  client = new S3Client({ forcePathStyle: true });
});
afterAll(() => aws.close());

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vestry-console-'));
  mkdirSync(join(directory, 'assets'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Writes a release of the console, whose page names its one script. */
function release(name: string): void {
  rmSync(join(directory, 'assets'), { recursive: true });
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, `assets/app-${name}.js`), `app('${name}')`);
  writeFileSync(join(directory, `assets/app-${name}.css`), '');
  writeFileSync(join(directory, 'index.html'), `<script src="/console/assets/app-${name}.js"></script>`);
}

async function served(key: string): Promise<{ body: string; type?: string; caching?: string }> {
  const object = await client.send(new GetObjectCommand({ Bucket: aws.uploadsBucket, Key: key }));
  const body = (await object.Body?.transformToString()) ?? '';
  return { body, type: object.ContentType ?? '', caching: object.CacheControl ?? '' };
}

test('the files are there as browsers are to take them, and those of the release before stay', async () => {
  release('one');
  expect(await publishConsole(directory)).toBe(3);
  release('two');
  await publishConsole(directory);
  expect(await served('console/index.html')).toEqual({
    body: '<script src="/console/assets/app-two.js"></script>',
    type: 'text/html; charset=utf-8',
    caching: 'no-cache',
  });
  for (const name of ['one', 'two'])
    expect(await served(`console/assets/app-${name}.js`)).toEqual({
      body: `app('${name}')`,
      type: 'text/javascript; charset=utf-8',
      caching: 'public, max-age=31536000, immutable',
    });
});

test('a release that breaks off leaves the page before it', async () => {
  release('good');
  await publishConsole(directory);
  release('broken');
  const refusing = mockClient(S3Client);
  refusing.on(PutObjectCommand).callsFake(({ Key }) => {
    if (String(Key).endsWith('.js')) throw new Error('S3 answers 503');
    return {};
  });
  await expect(publishConsole(directory)).rejects.toThrow('503');
  const put = refusing.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input.Key);
  refusing.restore();
  expect(put).not.toContain('console/index.html');
  expect((await served('console/index.html')).body).toContain('app-good.js');
});

test('a file that browsers would not be told the kind of stops the release before it begins', async () => {
  release('odd');
  writeFileSync(join(directory, 'assets/app.wasm'), '');
  await expect(publishConsole(directory)).rejects.toThrow('app.wasm has no type in CONSOLE_TYPES');
  rmSync(join(directory, 'assets/app.wasm'));
  rmSync(join(directory, 'index.html'));
  await expect(publishConsole(directory)).rejects.toThrow('has no index.html');
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: aws.uploadsBucket }));
  expect(Contents.map(({ Key }) => Key).filter((key) => key?.includes('odd'))).toEqual([]);
});

test('the end of the stack takes nothing away', async () => {
  expect(await handler({ RequestType: 'Delete' })).toEqual({});
  expect((await served('console/index.html')).body).not.toBe('');
});
