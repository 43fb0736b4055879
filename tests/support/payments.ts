import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { PlatformClock } from 'template-runner/clock';
import type { InvokeResult } from 'template-runner/functions';
import { publicPath } from '#contracts/api-paths.ts';
import { handler as orderHandler } from '#functions/payments/create-bank-payment.ts';
import { handler as askedHandler } from '#functions/payments/get-bank-payment.ts';
import { handler as callbackHandler } from '#functions/payments/receive-bank-callback.ts';
import { handler as askBank } from '#functions/steps/ask-bank.ts';
import { handler as awaitApproval } from '#functions/steps/await-approval.ts';
import { handler as awaitSettlement } from '#functions/steps/await-settlement.ts';
import { handler as releasePayment } from '#functions/steps/release-payment.ts';
import { handler as settlePayment } from '#functions/steps/settle-payment.ts';
import { handler as submitPayment } from '#functions/steps/submit-payment.ts';
import { handler as paymentRunWorker } from '#functions/workers/continue-payment-run.ts';
import { handler as callbackWorker } from '#functions/workers/send-bank-callbacks.ts';
import { receiveBankCallback } from '#payments/bank/bank-callbacks.routes.ts';
import { createBankPayment, getBankPayment } from '#payments/mock-bank/mock-bank.routes.ts';
import type { RouteSpec } from '#platform/http/route.ts';
import { type TestAws, testAws } from './aws-services.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { disbursementMachine } from './disbursement-machine.ts';
import { drain, type Worker } from './queue-driver.ts';
import { proxyEvent, testContext } from './request.ts';

const ACCOUNT = '000000000000';
const REGION = 'us-east-1';
const arn = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const FIELD_KEY_ARN = arn('secretsmanager', 'secret:field-key');
const BANK_SECRET_ARN = arn('secretsmanager', 'secret:bank');
export const FIELD_SECRET = 'the key of fields in the test';
export const BANK_SECRET = 'shared with the bank of the test';

type Handler = (event: never, context: Context) => Promise<unknown>;

const STEPS: Readonly<Record<string, Handler>> = {
  ReleasePayment: releasePayment as Handler,
  AwaitApproval: awaitApproval as Handler,
  SubmitPayment: submitPayment as Handler,
  AwaitSettlement: awaitSettlement as Handler,
  AskBank: askBank as Handler,
  SettlePayment: settlePayment as Handler,
};

const WORKERS = { 'mock-bank-callbacks': callbackWorker, 'payment-runs': paymentRunWorker };

const ROUTES: readonly [RouteSpec, unknown][] = [
  [createBankPayment, orderHandler],
  [getBankPayment, askedHandler],
  [receiveBankCallback, callbackHandler],
];

/** Everything that a payment meets: database, queues, state machine, bank, and the way between them. */
export interface PaymentsWorld {
  readonly database: Pick<TestDatabase, 'admin' | 'connectAsApp' | 'close'>;
  readonly aws: TestAws;
  readonly clock: PlatformClock;
  /** The URL of the API for the bank and our functions. */
  readonly url: string;
  /** Has the mock bank say nothing from now on: what it has to say waits until it may. */
  silence(isSilent: boolean): void;
  /** Lets time pass for executions that wait, and answers when they have settled down. */
  advance(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Called before a step runs; may throw as a function fails. */
  readonly before?: (step: string, input: { transaction_id: string }) => void;
  readonly waitSeconds?: number;
  /** Queues that are delivered by themselves; the test delivers the others. @default all */
  readonly delivered?: readonly (keyof typeof WORKERS)[];
  /** @default that of a test */
  readonly database?: PaymentsWorld['database'];
}

export async function paymentsWorld({
  before,
  waitSeconds = 600,
  delivered = ['mock-bank-callbacks', 'payment-runs'],
  database: given,
}: WorldOptions = {}): Promise<PaymentsWorld> {
  const database = given ?? (await testDatabase());
  const clock = new PlatformClock(join('/tmp', `vestry-clock-${randomUUID()}.json`));
  const functions = {
    has: (name: string) => Object.hasOwn(STEPS, name),
    invoke: (name: string, payload: string) => invoke(name, payload, before),
  };
  const aws = await testAws({
    secrets: [
      { name: 'field-key', arn: FIELD_KEY_ARN, initialValue: FIELD_SECRET },
      { name: 'bank', arn: BANK_SECRET_ARN, initialValue: BANK_SECRET },
    ],
    stepFunctions: { stateMachines: [disbursementMachine()], functions, clock },
  });
  const server = await serve();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    FIELD_KEY_SECRET_ARN: FIELD_KEY_ARN,
    BANK_SECRET_ARN,
    BANK_URL: `${url}/mock-bank`,
    BANK_CALLBACK_URL: `${url}/api/bank/callbacks`,
    BANK_BY_HTTP: 'on',
    BANK_WAIT_SECONDS: String(waitSeconds),
  });
  const { engine } = aws.endpoint.stepFunctions;
  engine.start();
  const stop = new AbortController();
  let isSilent = false;
  const isHeld = (queue: string): boolean => isSilent && queue === 'mock-bank-callbacks';
  const pumps = delivered.map((queue) =>
    pump(aws, queue, WORKERS[queue], { signal: stop.signal, isHeld: () => isHeld(queue) }),
  );
  return {
    ...{ database, aws, clock, url },
    silence: (wanted) => {
      isSilent = wanted;
      process.env.MOCK_BANK_SILENT = wanted ? 'on' : 'off';
    },
    advance: async (seconds) => {
      await engine.settled();
      clock.moveTo(new Date(clock.now().getTime() + seconds * 1000));
      process.env.VESTRY_CLOCK_AHEAD_MS = String(clock.aheadMs);
      await engine.settled();
    },
    close: async () => {
      delete process.env.VESTRY_CLOCK_AHEAD_MS;
      delete process.env.MOCK_BANK_SILENT;
      stop.abort();
      await Promise.all(pumps);
      await engine.stop();
      await engine.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await aws.close();
      await database.close();
    },
  };
}

async function invoke(name: string, payload: string, before: WorldOptions['before']): Promise<InvokeResult> {
  try {
    const event = JSON.parse(payload) as { transaction_id: string };
    before?.(name, event);
    const result = await (STEPS[name] as Handler)(event as never, testContext());
    return { ok: true, requestId: 'r', payload: JSON.stringify(result ?? null) };
  } catch (error) {
    const { name: errorType, message: errorMessage } = error as Error;
    return { ok: false, requestId: 'r', error: { errorType, errorMessage } };
  }
}

/** Delivers the messages of a queue until it is stopped, but for those that are held. */
async function pump(
  aws: TestAws,
  queue: string,
  worker: Worker,
  { signal, isHeld }: { readonly signal: AbortSignal; isHeld(): boolean },
): Promise<void> {
  while (!signal.aborted) {
    // A message whose time was up while a slow machine worked on it comes again by itself.
    if (!isHeld())
      await drain(aws, queue, worker).catch((error: Error) => {
        if (!error.message.includes('not available for visibility timeout change')) throw error;
      });
    await sleep(50);
  }
}

/** The routes that the bank and our functions call by HTTP. */
async function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const path = request.url ?? '';
      const found = ROUTES.map(([route, handler]) => ({ route, handler, params: match(route, path) })).find(
        ({ route, params }) => route.method === request.method && params !== undefined,
      );
      if (found === undefined) return response.writeHead(404).end();
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const body = Buffer.concat(chunks).toString('utf8');
      const event = proxyEvent(found.route, {
        params: found.params ?? {},
        headers,
        ...(body === '' ? {} : { body }),
      });
      const answer = await (
        found.handler as (e: APIGatewayProxyEvent, c: Context) => Promise<APIGatewayProxyResult>
      )(event, testContext());
      response.writeHead(answer.statusCode, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function match(route: RouteSpec, path: string): Record<string, string> | undefined {
  const pattern = publicPath(route).replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const matched = new RegExp(`^${pattern}$`).exec(path);
  return matched === null ? undefined : { ...matched.groups };
}
