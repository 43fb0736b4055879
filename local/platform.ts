import { setTimeout as sleep } from 'node:timers/promises';
import { bootstrapOperator } from '#identity/tenants/bootstrap-operator.ts';
import { type AwsEndpoint, startAwsEndpoint } from './aws/endpoint/endpoint.ts';
import { functionsOf } from './aws/endpoint/step-functions/asl/compile.ts';
import { type FunctionInvoker, nameOfFunction } from './aws/endpoint/step-functions/function-task.ts';
import { EventRouter } from './aws/events/event-router.ts';
import { PlatformClock } from './aws/events/platform-clock.ts';
import { drained, QueuePoller } from './aws/events/queue-poller.ts';
import { Scheduler } from './aws/events/scheduler.ts';
import { FunctionLog } from './aws/functions/function-log.ts';
import { FunctionPool } from './aws/functions/function-pool.ts';
import { type ApiDefinition, readApiDefinition } from './aws/gateway/api-definition.ts';
import { startGateway } from './aws/gateway/gateway.ts';
import { StartError } from './aws/start-error.ts';
import {
  functionNameOf,
  type PlatformModel,
  readPlatformModel,
  resolveFunction,
} from './aws/templates/platform-model.ts';
import { runCommand } from './commands.ts';
import { controlSocketPath, serveControl } from './control.ts';
import { dataPaths, lockDataDirectory, resetDataDirectory } from './data-directory.ts';
import { functionOverrides } from './function-environment.ts';
import { migrateDatabase } from './migrate-database.ts';
import {
  isUnfinished,
  type LocalTenant,
  type PlatformFile,
  type PlatformState,
  purposeOf,
  readState,
  writePlatformFile,
  writeState,
} from './platform-file.ts';
import { assertPortFree, isPortFree } from './ports.ts';
import { type DatabaseConnection, parseDatabaseUrl, startPostgres } from './postgres/postgres.ts';
import { synthesise } from './synthesis.ts';

export interface LocalPlatformOptions {
  readonly dataDir: string;
  /** 0 takes free ports. @default 8000 */
  readonly port?: number;
  /** A server that is already there, as a superuser or one who may create roles. @default the embedded one */
  readonly databaseUrl?: string | undefined;
  /** Forgets all state first. @default false */
  readonly reset?: boolean;
  /** Off is for tests. @default true */
  readonly fsync?: boolean;
  /** Functions that run as a process each instead of a thread. @default none */
  readonly processFunctions?: readonly string[];
  /** Variables of every function, above all others. @default none */
  readonly functionVariables?: Readonly<Record<string, string>>;
  report?(line: string): void;
  warn?(line: string): void;
}

export interface LocalPlatform {
  readonly file: PlatformFile;
  /** The first start on this data directory, or one that did not come to its end. */
  readonly isNew: boolean;
  readonly pool: FunctionPool;
  readonly endpoint: AwsEndpoint;
  readonly scheduler: Scheduler;
  /** Whether all queues with a consumer ran empty within the time. */
  drained(timeoutMs: number): Promise<boolean>;
  /** Ends the first start: the tenants become part of `local.json`. */
  finishSetUp(tenants: readonly LocalTenant[]): void;
  /** Finishes what runs, at most ten seconds, then stops everything. */
  stop(): Promise<void>;
}

export const DEFAULT_PORT = 8000;
const STOP_GRACE_MS = 10_000;
const ROTATION = 'rotate-signing-keys';

type Cleanup = () => Promise<void> | void;

/** Starts the platform on a data directory. Throws `StartError` when it can't, leaving nothing running. */
export async function startLocalPlatform(options: LocalPlatformOptions): Promise<LocalPlatform> {
  const cleanups: Cleanup[] = [];
  const cleanUp = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    return await start(options, cleanups, cleanUp);
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function start(
  options: LocalPlatformOptions,
  cleanups: Cleanup[],
  cleanUp: () => Promise<void>,
): Promise<LocalPlatform> {
  const { dataDir, port = DEFAULT_PORT, warn = () => undefined } = options;
  const timed = stopwatch(options.report ?? (() => undefined));
  await assertPortFree(port);
  cleanups.push(lockDataDirectory(dataDir));
  const isCut = isUnfinished(dataDir);
  if (isCut) options.report?.('the first start on this directory did not come to its end: it begins again');
  if (isCut || options.reset === true) await resetDataDirectory(dataDir);
  const paths = dataPaths(dataDir);
  const state = readState(dataDir);

  const synthesis = timed('templates', () => synthesise(paths.assembly));
  const [, database] = await allSettled([
    synthesis,
    timed('database', () => startDatabase(options, cleanups)),
  ]);
  await timed('migrations', () => migrateDatabase(database, state.rolePassword, options));

  const model = readPlatformModel(paths.assembly);
  const api = onlyApi(model);
  const clock = new PlatformClock(paths.clock);
  const log = new FunctionLog(paths.functionLog, warn);
  cleanups.push(() => log.close());

  let router: EventRouter | undefined;
  const late: { pool?: FunctionPool; apiUrl?: string } = {};
  const endpoint = await startAwsEndpoint({
    port: port !== 0 && (await isPortFree(port + 1)) ? port + 1 : 0,
    dataDir,
    region: model.region,
    accountId: model.accountId,
    accessKeyId: state.accessKeyId,
    secretAccessKey: state.secretAccessKey,
    buckets: model.buckets,
    queues: model.queues,
    eventBuses: model.eventBuses,
    secrets: model.secrets,
    stepFunctions: { stateMachines: model.stateMachines, functions: invokerOf(late), clock },
    onEvent: ({ eventBusName, event }) => router?.publish(eventBusName, event),
  });
  cleanups.push(() => endpoint.close());

  const pool = new FunctionPool({
    functions: model.functions,
    overrides: (spec) =>
      functionOverrides(spec, {
        ...{ endpoint, region: model.region, state, database, apiUrl: late.apiUrl },
        ...(options.functionVariables === undefined ? {} : { more: options.functionVariables }),
      }),
    processes: new Set(options.processFunctions?.map((query) => resolveFunction(model, query))),
    onLine: (spec, line, stream) => {
      if (!endpoint.metrics.collect(line)) log.line(spec.name, line, stream);
    },
    onError: (spec, requestId, error) => log.error(spec.name, requestId, error),
  });
  late.pool = pool;
  cleanups.push(() => pool.close());
  const executions = endpoint.stepFunctions.engine;
  // Before the pool cuts functions, lest executions take that for their failure.
  cleanups.push(() => executions.close());
  checkFunctions(model, api, pool);

  const events = new EventRouter({ model, pool, queues: () => endpoint.queues });
  router = events;
  const pollers = model.mappings.map((mapping) => pollerOf(mapping, model, endpoint, pool));
  const settle = async (): Promise<void> => {
    await events.settled();
    await drained(pollers, 60_000);
    await executions.settled();
  };
  const nextTimer = (): Date | undefined => executions.nextDue();
  const scheduler = new Scheduler({ model, router: events, clock, settle, nextTimer });

  await bootstrap(scheduler, database, state);
  const gateway = await startGateway({ port, api, pool, region: model.region, accountId: model.accountId });
  late.apiUrl = `http://localhost:${gateway.port}`;
  for (const poller of pollers) poller.start();
  executions.start();
  scheduler.start();
  cleanups.push(() =>
    // What does not end by itself in time is cut when the pool closes; its messages are delivered again.
    atMost(STOP_GRACE_MS, [
      gateway.close(STOP_GRACE_MS),
      scheduler.stop(),
      executions.stop(),
      events.stop(),
      ...pollers.map((poller) => poller.stop()),
    ]),
  );

  const socket = controlSocketPath(dataDir);
  const parts = { model, pool, endpoint, scheduler, clock, database };
  const control = await serveControl(socket, (command, emit) => runCommand(command, emit, parts));
  cleanups.push(() => control.close());

  const described = (tenants: readonly LocalTenant[]): PlatformFile =>
    describe({ state: { ...state, tenants }, model, endpoint, database, apiPort: gateway.port, socket });
  const platform = {
    file: described(state.tenants),
    isNew: !state.isSetUp,
    ...{ pool, endpoint, scheduler },
    drained: (timeoutMs: number) => drained(pollers, timeoutMs),
    finishSetUp: (tenants: readonly LocalTenant[]) => {
      writeState(dataDir, { ...state, tenants, isSetUp: true });
      platform.file = described(tenants);
      writePlatformFile(dataDir, platform.file);
    },
    stop: cleanUp,
  };
  writePlatformFile(dataDir, platform.file);
  return platform;
}

function stopwatch(report: (line: string) => void) {
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const startedMs = performance.now();
    const result = await work();
    const note = typeof result === 'string' ? ` (${result})` : '';
    report(`${name} ready in ${((performance.now() - startedMs) / 1000).toFixed(1)} s${note}`);
    return result;
  };
}

/** Like `Promise.all`, but leaves nothing running behind a failure. */
async function allSettled<A, B>(work: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return Promise.all(work);
}

async function atMost(limitMs: number, work: readonly Promise<unknown>[]): Promise<void> {
  const timer = new AbortController();
  await Promise.race([
    Promise.allSettled(work),
    sleep(limitMs, undefined, { signal: timer.signal }).catch(() => undefined),
  ]);
  timer.abort();
}

async function startDatabase(
  options: LocalPlatformOptions,
  cleanups: Cleanup[],
): Promise<DatabaseConnection> {
  if (options.databaseUrl !== undefined) return parseDatabaseUrl(options.databaseUrl);
  const { dataDir, fsync = true, warn = () => undefined } = options;
  const postgres = await startPostgres({ dataDir, logFile: dataPaths(dataDir).postgresLog, fsync, warn });
  cleanups.push(() => postgres.stop());
  return postgres.connection;
}

/** Keys to sign with and somebody to sign in: what a deployment does once by hand. */
async function bootstrap(
  scheduler: Scheduler,
  database: DatabaseConnection,
  state: PlatformState,
): Promise<void> {
  if (state.isSetUp) return;
  if (scheduler.find(ROTATION) !== undefined) {
    const { ok, error } = await scheduler.fire(ROTATION);
    if (!ok) throw new StartError(`the first signing key could not be made: ${error}`);
  }
  await bootstrapOperator(database, state.operator);
}

function onlyApi(model: PlatformModel): ApiDefinition {
  const [api, ...others] = model.apis;
  if (api === undefined || others.length > 0)
    throw new StartError(`the templates hold ${model.apis.length} APIs: the platform serves exactly one`);
  return readApiDefinition(api);
}

function checkFunctions(model: PlatformModel, api: ApiDefinition, pool: FunctionPool): void {
  const called = [
    ...api.functionNames,
    ...model.mappings.map(({ functionArn }) => functionNameOf(functionArn)),
    ...model.stateMachines.flatMap(({ machine }) => functionsOf(machine)).map(nameOfFunction),
  ];
  const missing = called.find((name) => !pool.has(name));
  if (missing !== undefined)
    throw new StartError(`the function ${missing} is called but not in the templates`);
}

/** The endpoint is there before the pool, whose functions are told its URL. */
function invokerOf(late: { readonly pool?: FunctionPool }): FunctionInvoker {
  return {
    has: (name) => late.pool?.has(name) === true,
    invoke: async (name, payload) => {
      if (late.pool === undefined) throw new Error('the platform is starting');
      return late.pool.invoke(name, payload);
    },
  };
}

function pollerOf(
  mapping: PlatformModel['mappings'][number],
  { region }: PlatformModel,
  { queues }: AwsEndpoint,
  pool: FunctionPool,
): QueuePoller {
  const queue = queues.nameOfArn(mapping.queueArn);
  if (queue === undefined)
    throw new StartError(`the event source ${mapping.queueArn} is not in the templates`);
  return new QueuePoller({
    mapping,
    queue,
    functionName: functionNameOf(mapping.functionArn),
    region,
    queues,
    pool,
  });
}

interface Described {
  readonly state: PlatformState;
  readonly model: PlatformModel;
  readonly endpoint: AwsEndpoint;
  readonly database: DatabaseConnection;
  readonly apiPort: number;
  readonly socket: string;
}

function describe({ state, model, endpoint, database, apiPort, socket }: Described): PlatformFile {
  const { user, password, host, port } = database;
  const environment = model.functions[0]?.environment.VESTRY_ENVIRONMENT ?? 'local';
  const byPurpose = (names: readonly string[], value: (name: string) => string): Record<string, string> =>
    Object.fromEntries(names.map((name) => [purposeOf(name, environment), value(name)]));
  return {
    apiUrl: `http://localhost:${apiPort}`,
    awsEndpointUrl: endpoint.url,
    region: model.region,
    accessKeyId: state.accessKeyId,
    secretAccessKey: state.secretAccessKey,
    buckets: byPurpose(
      model.buckets.map(({ name }) => name),
      (name) => name,
    ),
    queues: byPurpose(endpoint.queues.names(), (name) => endpoint.queues.queueUrl(name)),
    databaseUrl: `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database.database}`,
    operator: state.operator,
    tenants: state.tenants,
    controlSocket: socket,
  };
}
