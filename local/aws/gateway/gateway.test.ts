import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FunctionPool } from '#aws/functions/function-pool.ts';
import type { FunctionSpec } from '#aws/templates/function-specs.ts';
import { readApiDefinition } from './api-definition.ts';
import { type Gateway, startGateway } from './gateway.ts';

const ECHO = `export const handler = async (event) => {
  if (event.queryStringParameters?.fail) throw new Error('boom');
  if (event.queryStringParameters?.slow) await new Promise((resolve) => setTimeout(resolve, 400));
  if (event.queryStringParameters?.odd) return { status: 200 };
  return { statusCode: 200, multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] }, body: JSON.stringify(event) };
};`;
const AUTHORIZER = `let calls = 0;
export const handler = async (event) => {
  const [token] = event.multiValueHeaders.Authorization ?? event.multiValueHeaders.authorization;
  if (event.multiValueHeaders.Authorization?.length > 1) throw new Error('Unauthorized');
  if (token === 'bad') throw new Error('Unauthorized');
  if (token === 'broken') throw new Error('no database');
  const Effect = token === 'denied' ? 'Deny' : 'Allow';
  const [api, stage] = event.methodArn.split('/');
  return { principalId: 'p', context: { calls: ++calls, token },
    policyDocument: { Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: api + '/' + stage + '/*' }] } };
};`;

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const arnOf = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
const integration = (name: string, timeoutInMillis = 29_000) => ({
  type: 'aws_proxy',
  timeoutInMillis,
  uri: `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${arnOf(name)}/invocations`,
});
const operation = (secured: boolean, timeout?: number) => ({
  security: secured ? [{ token: [] }] : [],
  'x-amazon-apigateway-integration': integration('echo', timeout),
});
const problem = (statusCode: number) => ({
  statusCode,
  responseParameters: {
    'gatewayresponse.header.Content-Type': "'application/problem+json'",
    'gatewayresponse.header.X-Request-Id': 'context.requestId',
  },
  responseTemplates: { 'application/json': `{"status":${statusCode},"instance":"urn:$context.requestId"}` },
});

let directory: string;
let pool: FunctionPool;
let gateway: Gateway;
let url: string;

function functionSpec(name: string, code: string): FunctionSpec {
  const home = join(directory, `${name}.mjs`);
  writeFileSync(home, code);
  return {
    ...{ name, arn: arnOf(name), path: name, directory, handler: `${name}.handler` },
    ...{ timeoutSeconds: 5, memoryMb: 128, reservedConcurrency: 4, environment: {} },
    isInNetwork: false,
    roleArn: `arn:aws:iam::000000000000:role/${name}`,
  };
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'gateway-'));
  pool = new FunctionPool({
    functions: [functionSpec('echo', ECHO), functionSpec('authorizer', AUTHORIZER)],
    overrides: () => ({}),
    processes: new Set(),
    onLine: () => undefined,
    onError: () => undefined,
  });
  const body = {
    paths: {
      '/open': { get: operation(false), 'x-amazon-apigateway-any-method': operation(false) },
      '/slow': { get: operation(false, 100) },
      '/things/{id}': { get: operation(true) },
      '/things/fixed': { get: operation(false) },
      '/upload': { post: operation(false) },
      '/{proxy+}': { 'x-amazon-apigateway-any-method': operation(false) },
    },
    components: {
      securitySchemes: {
        token: {
          'x-amazon-apigateway-authorizer': {
            type: 'request',
            identitySource: 'method.request.header.Authorization',
            authorizerResultTtlInSeconds: 60,
            authorizerUri: integration('authorizer').uri,
          },
        },
      },
    },
    'x-amazon-apigateway-binary-media-types': ['application/octet-stream'],
    'x-amazon-apigateway-gateway-responses': {
      UNAUTHORIZED: problem(401),
      ACCESS_DENIED: problem(403),
      REQUEST_TOO_LARGE: problem(413),
      INTEGRATION_TIMEOUT: problem(504),
      DEFAULT_4XX: problem(400),
      DEFAULT_5XX: problem(500),
    },
  };
  const api = readApiDefinition({ id: 'api', name: 'api', stageName: 'live', body, path: 'stack/api' });
  gateway = await startGateway({ port: 0, api, pool, region: REGION, accountId: ACCOUNT });
  url = `http://127.0.0.1:${gateway.port}`;
});

afterAll(async () => {
  await gateway.close(100);
  await pool.close();
  rmSync(directory, { recursive: true });
});

type Echo = Record<string, unknown> & { requestContext: Record<string, unknown> };

async function echoed(path: string, init: RequestInit = {}): Promise<Echo> {
  return (await (await fetch(url + path, init)).json()) as Echo;
}

test('an event as API Gateway shapes it', async () => {
  const event = await echoed('/open?a=1&a=2&b=%20x+y', { headers: { 'X-One': '1' } });
  expect(event).toMatchObject({
    resource: '/open',
    path: '/open',
    httpMethod: 'GET',
    queryStringParameters: { a: '2', b: ' x y' },
    multiValueQueryStringParameters: { a: ['1', '2'], b: [' x y'] },
    pathParameters: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { stage: 'live', resourcePath: '/open', identity: { sourceIp: '127.0.0.1' } },
  });
});

test('under its stage, a function finds the stage in the path of the context only', async () => {
  const headers = { Authorization: 'good' };
  expect(await echoed('/live/things/7', { headers })).toMatchObject({
    resource: '/things/{id}',
    path: '/things/7',
    pathParameters: { id: '7' },
    requestContext: { path: '/live/things/7', resourcePath: '/things/{id}' },
  });
  expect(await echoed('/things/7', { headers })).toMatchObject({ requestContext: { path: '/things/7' } });
  expect(await echoed('/lively')).toMatchObject({ path: '/lively', pathParameters: { proxy: 'lively' } });
  expect(await echoed('/live/live/open')).toMatchObject({ path: '/live/open' });
});

test('repeated answer headers and the request id reach the client', async () => {
  const answer = await fetch(`${url}/open`);
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[\da-f-]{36}$/);
});

test('a literal segment wins, parameters are decoded once, the rest goes to the proxy', async () => {
  const headers = { Authorization: 'good' };
  expect(await echoed('/things/fixed')).toMatchObject({ resource: '/things/fixed' });
  expect(await echoed('/things/a%2Fb%2520c', { headers })).toMatchObject({
    pathParameters: { id: 'a/b%20c' },
  });
  expect(await echoed('/things/1/more')).toMatchObject({
    resource: '/{proxy+}',
    pathParameters: { proxy: 'things/1/more' },
  });
  expect(await echoed('/open', { method: 'DELETE' })).toMatchObject({ httpMethod: 'DELETE' });
});

test('a malformed escape is a refusal, not a crash', async () => {
  expect((await fetch(`${url}/things/%zz`, { headers: { Authorization: 'good' } })).status).toBe(400);
  expect((await fetch(`${url}/open?x=%ff`)).status).toBe(400);
});

test('the authorizer admits, denies, refuses and fails; its verdict is kept', async () => {
  const call = (token: string | undefined) =>
    fetch(`${url}/things/1`, token === undefined ? {} : { headers: { Authorization: token } });
  expect((await call(undefined)).status).toBe(401);
  expect((await call('bad')).status).toBe(401);
  expect((await call('denied')).status).toBe(403);
  expect((await call('broken')).status).toBe(500);
  const [first, second] = [await call('kept'), await call('kept')];
  const context = async (answer: Response) => ((await answer.json()) as Echo).requestContext.authorizer;
  expect(await context(second)).toEqual(await context(first));
  const refused = await call('bad');
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(await refused.json()).toEqual({
    status: 401,
    instance: `urn:${refused.headers.get('x-request-id')}`,
  });
});

/** `fetch` can't send a header twice. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

test('both of two Authorization headers are seen, and not mistaken for a cached one', async () => {
  await fetch(`${url}/things/1`, { headers: { Authorization: 'kept' } });
  const headers = 'Host: x\r\nConnection: close\r\nAuthorization: kept\r\nAuthorization: other\r\n';
  expect(await raw(`GET /things/1 HTTP/1.1\r\n${headers}\r\n`)).toMatch(/^HTTP\/1.1 401 /);
});

test('what the HTTP parser refuses is answered as a problem', async () => {
  const answer = await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(12_000)}\r\n\r\n`);
  expect(answer).toContain('application/problem+json');
});

test('binary bodies arrive as base64, text as text', async () => {
  const body = Uint8Array.of(0, 255, 128);
  const binary = await echoed('/upload', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(binary).toMatchObject({ isBase64Encoded: true, body: Buffer.from(body).toString('base64') });
  expect(await echoed('/upload', { method: 'POST', body: 'héllo' })).toMatchObject({
    isBase64Encoded: false,
    body: 'héllo',
  });
});

test('limits: 10 MB of body, 6 MB of event', async () => {
  const post = (bytes: number) => fetch(`${url}/upload`, { method: 'POST', body: 'x'.repeat(bytes) });
  expect((await post(11 * 1024 * 1024)).status).toBe(413);
  expect((await post(7 * 1024 * 1024)).status).toBe(413);
});

test('errors, malformed answers and slow functions', async () => {
  expect((await fetch(`${url}/open?fail=1`)).status).toBe(500);
  expect((await fetch(`${url}/open?odd=1`)).status).toBe(500);
  expect((await fetch(`${url}/slow?slow=1`)).status).toBe(504);
});
