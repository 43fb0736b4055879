import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '#lib/constructs/bundle.ts';
import { type XRayDaemon, xRayDaemon } from '#tests/support/x-ray-daemon.ts';

const ENTRY = 'functions/meta/get-health.ts';
const LAMBDA = '53995c3f42cd8ad8';

const code = bundle([{ entry: ENTRY, neededBy: 'a test', part: 'test' }]).get(ENTRY);
const directory = code?.directory ?? '';

let daemon: XRayDaemon;

beforeAll(async () => {
  daemon = await xRayDaemon();
});
afterAll(() => daemon.close());

/** A stand-in for Lambda's runtime: it loads the code once, and puts the trace of each invocation into the environment. */
const RUNTIME = `
  const { handler } = await import(process.argv[1]);
  const event = { httpMethod: 'GET', path: '/health', resource: '/health', multiValueHeaders: {}, requestContext: { path: '/health', identity: {} } };
  for (const trace of process.argv.slice(2)) {
    process.env._X_AMZN_TRACE_ID = trace;
    const { statusCode } = await handler(event, { getRemainingTimeInMillis: () => 9000 });
    if (statusCode !== 200) throw new Error(String(statusCode));
  }
  // Only cls-hooked sets this, once it is loaded.
  if (process.namespaces !== undefined) throw new Error('async_hooks are on');
  console.log(JSON.stringify({ tracer: process.env.AWS_XRAY_CONTEXT_MISSING !== undefined }));
`;

async function invoke(...traces: string[]): Promise<{ tracer: boolean }> {
  const index = pathToFileURL(join(directory, 'index.mjs')).href;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', RUNTIME, index, ...traces],
    {
      env: {
        ...{
          LAMBDA_TASK_ROOT: directory,
          AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
          AWS_REGION: 'us-east-1',
        },
        ...{
          VESTRY_ENVIRONMENT: 'test',
          POWERTOOLS_LOG_LEVEL: 'SILENT',
          POWERTOOLS_METRICS_DISABLED: 'true',
        },
        AWS_XRAY_DAEMON_ADDRESS: daemon.address,
      },
    },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

describe('a deployed function', () => {
  test('sends X-Ray each invocation that it samples', async () => {
    const roots = ['1-00000001-aaaaaaaaaaaaaaaaaaaaaaaa', '1-00000002-bbbbbbbbbbbbbbbbbbbbbbbb'];
    expect(await invoke(...roots.map((root) => `Root=${root};Parent=${LAMBDA};Sampled=1`))).toEqual({
      tracer: true,
    });
    const told = await daemon.received(2);
    expect(told.map(({ trace_id }) => trace_id)).toEqual(roots);
    for (const subsegment of told)
      expect(subsegment).toMatchObject({
        ...{ name: 'GET /health', parent_id: LAMBDA, annotations: { vestry_route: 'getHealth' } },
      });
  });

  test('loads no tracer for others', async () => {
    const before = daemon.subsegments.length;
    expect(await invoke(`Root=1-00000003-cccccccccccccccccccccccc;Parent=${LAMBDA};Sampled=0`)).toEqual({
      tracer: false,
    });
    expect(daemon.subsegments).toHaveLength(before);
    expect(code?.staticInputs.filter((input) => /tracer|xray|cls-hooked/.test(input))).toEqual([]);
  });

  test('has nothing that turns async_hooks on', () => {
    const files = readdirSync(directory).filter((file) => file.endsWith('.mjs'));
    const hooked = files.filter((file) => readFileSync(join(directory, file), 'utf8').includes('createHook'));
    expect(hooked).toEqual([]);
  });
});
