import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { awsClient } from './client.ts';

const CALLS = 300;
/** A function may have 1,024 files and connections at once: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST_CONNECTIONS = 50;

let server: Server;
let connections = 0;
let options: { readonly endpoint: string; readonly region: string };

beforeAll(async () => {
  server = createServer((_, answer) => {
    answer.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
  });
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
  options = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
  };
});

afterAll(() => {
  awsClient(SFNClient, options).destroy();
  server.close();
  vi.unstubAllEnvs();
});

const call = () =>
  awsClient(SFNClient, options).send(new SendTaskSuccessCommand({ taskToken: 't', output: '{}' }));

test('calls one after the other share a connection, whoever makes them', async () => {
  for (let made = 0; made < 10; made++) await call();
  expect(connections).toBe(1);
});

test('calls at once share as many as a function can hold', async () => {
  await Promise.all(Array.from({ length: CALLS }, call));
  expect(connections).toBeLessThanOrEqual(MOST_CONNECTIONS);
});
