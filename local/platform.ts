import { startTemplateRunner, type TemplateRunner } from 'template-runner';
import { startDatabaseProxy } from 'template-runner/database-proxy';
import { StartError } from 'template-runner/start-error';
import { resolveFunction } from 'template-runner/templates';
import {
  CONSOLE_ASSETS_PATH,
  CONSOLE_CACHING,
  CONSOLE_PATH,
  CONSOLE_TYPES,
  consoleHeaders,
} from '#contracts/console.ts';
import { bootstrapOperator } from '#identity/tenants/bootstrap-operator.ts';
import { openLocalBank, silenceOf } from './bank.ts';
import { buildConsole } from './build-console.ts';
import { REPOSITORY } from './built-once.ts';
import { openClockDoor } from './clock-door.ts';
import { runCommand } from './commands.ts';
import { controlSocketPath, serveControl } from './control.ts';
import { dataPaths, lockDataDirectory, resetDataDirectory } from './data-directory.ts';
import { chooseDatabase, forgetDatabase } from './external-database.ts';
import { collectors, functionOverrides } from './function-environment.ts';
import type { LocalIdentity } from './identity-provider/local-provider.ts';
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
import { assertPortFree, DEFAULT_PORT, isPortFree, LAST_PORT } from './ports.ts';
import { type DatabaseConnection, startPostgres } from './postgres/postgres.ts';
import { DEFAULT_ENVIRONMENT, synthesise } from './synthesis.ts';
import { noteChanges, reloadOn } from './watch/watch.ts';

export interface LocalPlatformOptions {
  readonly dataDir: string;
  /** 0 takes free ports. @default 8000 */
  readonly port?: number;
  /** @default the port after the API's, or a free one while somebody else has that */
  readonly awsPort?: number;
  /**
   * A database that is already there, as its owner who may create roles.
   * @default the one that the data directory was first started with, or the embedded one
   */
  readonly databaseUrl?: string | undefined;
  /** The environment of `config/environments` whose templates run. @default 'local' */
  readonly environment?: string;
  /** Forgets all state first. @default false */
  readonly reset?: boolean;
  /** Whether writes are flushed to disk; only tests turn this off. @default true */
  readonly fsync?: boolean;
  /** Takes edited sources into the functions that are built from them. @default false */
  readonly watch?: boolean;
  /** Functions that run as a process each instead of a thread. @default none */
  readonly processFunctions?: readonly string[];
  /** Variables of every function, above all others. @default none */
  readonly functionVariables?: Readonly<Record<string, string>>;
  report?(line: string): void;
  warn?(line: string): void;
}

export interface LocalPlatform {
  readonly file: PlatformFile;
  /** Whether this is the first start on the data directory, or the first did not complete. */
  readonly isNew: boolean;
  readonly pool: TemplateRunner['pool'];
  readonly endpoint: TemplateRunner['endpoint'];
  readonly scheduler: TemplateRunner['scheduler'];
  /** Whether all queues with a consumer ran empty within the time. */
  drained(timeoutMs: number): Promise<boolean>;
  /** The identity provider that an earlier start has made. */
  readonly identity: LocalIdentity | undefined;
  /** Completes the first start: the tenants are written to `local.json`, and jobs run on their schedules from now on. */
  finishSetUp(tenants: readonly LocalTenant[], identity?: LocalIdentity): void;
  /** Finishes what runs, at most ten seconds, then stops everything. */
  stop(): Promise<void>;
}

/** Large files are put to the endpoint of AWS services, at whatever port it is. */
const LOOPBACK = ['http://localhost:*', 'http://127.0.0.1:*'];

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
  await assertPortFree(port, '--port, or PORT in the environment');
  const awsPort = await chooseAwsPort(options, port);
  cleanups.push(lockDataDirectory(dataDir));
  const isCut = isUnfinished(dataDir);
  if (isCut) options.report?.('the first start on this directory did not come to its end: it begins again');
  if (isCut || options.reset === true) {
    await forgetDatabase(dataDir);
    await resetDataDirectory(dataDir);
  }
  const paths = dataPaths(dataDir);
  const { environment = DEFAULT_ENVIRONMENT } = options;
  const state = readState(dataDir, environment);
  const changes = options.watch === true ? noteChanges(REPOSITORY, warn) : undefined;
  cleanups.push(() => changes?.close());

  const migrated = async (): Promise<DatabaseConnection> => {
    const connection = await timed('database', () => startDatabase(options, state, cleanups));
    await timed('migrations', () => migrateDatabase(connection, state.rolePassword, options));
    return connection;
  };
  const [, database] = await allSettled([
    timed('templates', () => synthesise(paths.assembly, environment)),
    migrated(),
    timed('console', () => buildConsole(paths.console)),
  ]);
  const { host, port: databasePort, ssl } = database;
  const proxy = await startDatabaseProxy({ host, port: databasePort, tls: ssl });
  cleanups.push(() => proxy.close());

  const { accessKeyId, secretAccessKey } = state;
  let door: ReturnType<typeof openClockDoor> | undefined;
  const silence = silenceOf(paths.bank);
  const runner = await startTemplateRunner({
    assembly: paths.assembly,
    dataDir,
    credentials: { accessKeyId, secretAccessKey },
    awsPort,
    // Start migrates before it serves.
    typesWithoutEffect: ['Custom::Console', 'Custom::Migration'],
    processFunctions: options.processFunctions ?? [],
    site: {
      path: CONSOLE_PATH,
      directory: paths.console,
      headers: consoleHeaders(LOOPBACK),
      assetsPath: CONSOLE_ASSETS_PATH,
      caching: CONSOLE_CACHING,
      types: CONSOLE_TYPES,
    },
    beside: (request, response) => door?.(request, response) === true,
    clockVariable: 'VESTRY_CLOCK_AHEAD_MS',
    variablesNow: () => ({ MOCK_BANK_SILENT: silence.isOn() ? 'on' : 'off' }),
    reachable: () => [`${proxy.host}:${proxy.port}`, ...collectors()],
    variables: (spec, addresses) =>
      functionOverrides(spec, addresses, {
        ...{ state, database, proxy },
        more: options.functionVariables ?? {},
      }),
    warn,
  });
  cleanups.push(() => runner.stop());
  await bootstrap(runner, database, state);
  // It is silent before anything is served: what waits for it would be told else.
  const bank = openLocalBank({
    ...{ runner, silence, credentials: { accessKeyId, secretAccessKey } },
    bucket: uploadsBucketOf(runner),
    report: (line) => options.report?.(line),
  });
  // The first start has enough to do: each sweep would load a function of its own in the midst of it.
  const apiPort = await runner.serve(port, state.isSetUp);
  door = openClockDoor({ runner, database, apiUrl: `http://localhost:${apiPort}` });

  if (changes !== undefined)
    reloadOn(changes, {
      ...{ root: REPOSITORY, assembly: paths.assembly, target: paths.reloaded, runner, warn },
      report: (line) => options.report?.(line),
    });

  const socket = controlSocketPath(dataDir);
  const control = await serveControl(socket, (command, emit, gone) =>
    runCommand(command, emit, { runner, database, proxy, bank, gone }),
  );
  cleanups.push(() => control.close());

  const described = (tenants: readonly LocalTenant[]): PlatformFile =>
    describe({ state: { ...state, tenants }, runner, database, apiPort, socket });
  const platform = {
    file: described(state.tenants),
    isNew: !state.isSetUp,
    ...{ pool: runner.pool, endpoint: runner.endpoint, scheduler: runner.scheduler },
    drained: (timeoutMs: number) => runner.drained(timeoutMs),
    identity: state.identity,
    finishSetUp: (tenants: readonly LocalTenant[], identity?: LocalIdentity) => {
      writeState(dataDir, {
        ...{ ...state, tenants, isSetUp: true },
        ...(identity === undefined ? {} : { identity }),
      });
      platform.identity = identity ?? state.identity;
      platform.file = described(tenants);
      writePlatformFile(dataDir, platform.file);
      if (!state.isSetUp) runner.scheduler.start();
    },
    stop: cleanUp,
  };
  writePlatformFile(dataDir, platform.file);
  return platform;
}

async function chooseAwsPort({ awsPort, warn }: LocalPlatformOptions, apiPort: number): Promise<number> {
  if (awsPort !== undefined) {
    if (awsPort === apiPort && awsPort !== 0)
      throw new StartError(`port ${awsPort} is the API's: choose another with --aws-port`);
    await assertPortFree(awsPort, '--aws-port');
    return awsPort;
  }
  if (apiPort === 0) return 0;
  const next = apiPort + 1;
  if (next <= LAST_PORT && (await isPortFree(next))) return next;
  warn?.(`port ${next} is in use: the AWS endpoint takes a free one, or choose one with --aws-port`);
  return 0;
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

/** Works like `Promise.all`, but leaves nothing running after a failure. */
async function allSettled<const W extends readonly Promise<unknown>[]>(
  work: W,
): Promise<{ -readonly [Index in keyof W]: Awaited<W[Index]> }> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return Promise.all(work);
}

async function startDatabase(
  options: LocalPlatformOptions,
  { rolePassword }: PlatformState,
  cleanups: Cleanup[],
): Promise<DatabaseConnection> {
  const { dataDir, databaseUrl, fsync = true, warn = () => undefined } = options;
  const external = await chooseDatabase(dataDir, databaseUrl, rolePassword);
  if (external !== undefined) return external;
  const postgres = await startPostgres({ dataDir, logFile: dataPaths(dataDir).postgresLog, fsync, warn });
  cleanups.push(() => postgres.stop());
  return postgres.connection;
}

/** Creates signing keys and a user who can sign in, as the operator of a deployment does once by hand. */
async function bootstrap(
  runner: TemplateRunner,
  database: DatabaseConnection,
  state: PlatformState,
): Promise<void> {
  if (state.isSetUp) return;
  await allSettled([makeSigningKey(runner), bootstrapOperator(database, state.operator)]);
}

/** Runs the job that rotates keys by hand, since no firing is consumed before the platform serves. */
async function makeSigningKey({ scheduler, pool, clock, model }: TemplateRunner): Promise<void> {
  if (scheduler.find(ROTATION) === undefined) return;
  const event = JSON.stringify({ time: clock.now().toISOString() });
  const result = await pool.invoke(resolveFunction(model, `scheduled-${ROTATION}`), event);
  if (!result.ok)
    throw new StartError(`the first signing key could not be made: ${result.error.errorMessage}`);
}

interface Described {
  readonly state: PlatformState;
  readonly runner: TemplateRunner;
  readonly database: DatabaseConnection;
  readonly apiPort: number;
  readonly socket: string;
}

function uploadsBucketOf({ model }: TemplateRunner): string {
  const [bucket] = model.buckets.filter(({ name }) => name.endsWith('-uploads'));
  if (bucket === undefined) throw new StartError('the templates have no bucket of uploads');
  return bucket.name;
}

function describe({ state, runner, database, apiPort, socket }: Described): PlatformFile {
  const { model, endpoint } = runner;
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
