import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from 'template-runner/start-error';
import { isRunning } from '#local/processes.ts';
import { findBinaries, type PostgresBinaries } from './binaries.ts';
import { canTraverse, giveToNobody, isRoot, traversableStandIn, unprivileged } from './unprivileged.ts';

export interface PostgresOptions {
  /** The directory that holds `postgres/`, or `postgres.json` with the name of the directory that replaces it. */
  readonly dataDir: string;
  readonly logFile: string;
  /**
   * Whether writes are flushed to disk. Only tests turn this off: a power failure may destroy the database.
   * @default true
   */
  readonly fsync?: boolean;
  warn(message: string): void;
}

export interface DatabaseConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: boolean;
}

export interface RunningPostgres {
  readonly connection: DatabaseConnection;
  /** Lets running statements go and stops; safe to repeat. */
  stop(): Promise<void>;
}

interface ClusterRecord {
  readonly password: string;
  readonly directory: string;
}

const SUPERUSER = 'postgres';
const DATABASE = 'vestry';
const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const RESTART_DELAY_MS = 500;
const LARGE_MACHINE_BYTES = 4 * 1024 ** 3;

/** Returns the record by which `--reset` and the start find the cluster. */
function recordOf(dataDir: string): ClusterRecord {
  const path = join(dataDir, 'postgres.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as ClusterRecord;
  const reachable = !isRoot() || canTraverse(dataDir);
  const directory = reachable
    ? join(resolve(dataDir), 'postgres')
    : join(traversableStandIn(dataDir), 'postgres');
  const record = { password: randomBytes(24).toString('base64url'), directory };
  writeFileSync(path, JSON.stringify(record, null, 2), { mode: 0o600 });
  return record;
}

/** Removes the cluster of a data directory, wherever it is. */
export async function removePostgres(dataDir: string): Promise<void> {
  const path = join(dataDir, 'postgres.json');
  if (!existsSync(path)) return;
  const { directory } = recordOf(dataDir);
  await stopOrphan(directory);
  rmSync(directory, { recursive: true, force: true });
  rmSync(path);
}

/** Starts the cluster of a data directory, creating it first when it is new, and restarts it when it ends by itself. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const binaries = findBinaries();
  const isNew = !existsSync(join(options.dataDir, 'postgres.json'));
  const record = recordOf(options.dataDir);
  await stopOrphan(record.directory);
  // A cluster that stands outside a private data directory outlives it. Nobody knows the password of that of one which was deleted.
  if (isNew || !existsSync(join(record.directory, 'PG_VERSION'))) initialise(binaries, record);
  const port = await freePort();
  const connection = {
    host: HOST,
    port,
    database: DATABASE,
    user: SUPERUSER,
    password: record.password,
    ssl: false,
  };
  const server = new Server(binaries, record.directory, port, options);
  await server.start(connection);
  await createDatabase(connection);
  return { connection, stop: () => server.stop() };
}

function initialise(binaries: PostgresBinaries, { directory, password }: ClusterRecord): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  giveToNobody(directory);
  // The file is beside the cluster: initdb requires an empty directory, and reads the file as the other user.
  const passwordFile = `${directory}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveToNobody(passwordFile);
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--encoding=UTF8'];
  const login = [`--username=${SUPERUSER}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const { status, stderr, error } = spawnSync(binaries.initdb, ['-D', directory, ...locale, ...login], {
    ...unprivileged(),
    cwd: '/',
    env: {},
    encoding: 'utf8',
  });
  rmSync(passwordFile);
  if (status === 0) return;
  rmSync(directory, { recursive: true, force: true });
  throw new StartError(`initdb failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

function settings(port: number, fsync: boolean): string[] {
  const large = totalmem() >= LARGE_MACHINE_BYTES;
  const values: Record<string, string> = {
    port: String(port),
    listen_addresses: HOST,
    unix_socket_directories: '',
    max_connections: '300',
    shared_buffers: large ? '512MB' : '128MB',
    maintenance_work_mem: large ? '256MB' : '64MB',
    // Bulk loads run into checkpoints otherwise; replication is never used here.
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    wal_level: 'minimal',
    max_wal_senders: '0',
    // Statements are short; compiling them costs more than it gains.
    jit: 'off',
    fsync: fsync ? 'on' : 'off',
    synchronous_commit: fsync ? 'on' : 'off',
    full_page_writes: fsync ? 'on' : 'off',
    password_encryption: 'scram-sha-256',
    // Failing statements and their details quote personal data.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

class Server {
  #binaries: PostgresBinaries;
  #directory: string;
  #port: number;
  #options: PostgresOptions;
  #process: ChildProcess | undefined;
  #watcher: ChildProcess | undefined;
  #stopping = false;

  constructor(binaries: PostgresBinaries, directory: string, port: number, options: PostgresOptions) {
    this.#binaries = binaries;
    this.#directory = directory;
    this.#port = port;
    this.#options = options;
  }

  async start(connection: DatabaseConnection): Promise<void> {
    const child = this.#spawn();
    const endsMs = Date.now() + START_TIMEOUT_MS;
    while (!(await accepts(connection))) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > endsMs) {
        await this.stop();
        throw new StartError(`Postgres did not start: see ${this.#options.logFile}`);
      }
      await sleep(25);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#watcher?.kill('SIGKILL');
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    // SIGINT is Postgres's fast shutdown.
    child.kill('SIGINT');
    const kill = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(kill);
  }

  #spawn(): ChildProcess {
    mkdirSync(dirname(this.#options.logFile), { recursive: true });
    const log = openSync(this.#options.logFile, 'a', 0o600);
    const child = spawn(
      this.#binaries.postgres,
      ['-D', this.#directory, ...settings(this.#port, this.#options.fsync ?? true)],
      // A group of its own: Ctrl-C in the terminal must not reach it before its clients are done.
      { ...unprivileged(), cwd: '/', env: {}, stdio: ['ignore', log, log], detached: true },
    );
    closeSync(log);
    this.#process = child;
    child.once('error', (error) => this.#options.warn(`Postgres: ${error.message}`));
    child.once('exit', () => void this.#exited());
    this.#watch(child);
    return child;
  }

  /** Ends Postgres when this process is killed: the shell's read returns once our end of the pipe is gone. */
  #watch(child: ChildProcess): void {
    this.#watcher?.kill('SIGKILL');
    if (child.pid === undefined) return;
    this.#watcher = spawn(
      '/bin/sh',
      ['-c', 'read -r _; kill -INT "$1"', 'watch-postgres', String(child.pid)],
      {
        ...unprivileged(),
        cwd: '/',
        env: {},
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
      },
    );
    this.#watcher.on('error', () => undefined);
  }

  /** The server restarts by itself on the same port, as a managed database would. */
  async #exited(): Promise<void> {
    if (this.#stopping) return;
    this.#options.warn('Postgres ended; starting it again');
    await sleep(RESTART_DELAY_MS);
    if (!this.#stopping) this.#spawn();
  }
}

async function accepts(connection: DatabaseConnection): Promise<boolean> {
  const client = new pg.Client({ ...connection, database: 'postgres', connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(connection: DatabaseConnection): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Stops a Postgres that a killed platform left on this directory, and waits until it has released it. */
async function stopOrphan(directory: string): Promise<void> {
  const pidFile = join(directory, 'postmaster.pid');
  const endsMs = Date.now() + STOP_TIMEOUT_MS;
  for (let signalled = false; existsSync(pidFile); ) {
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    if (!runsOn(pid, directory)) {
      // Postgres itself replaces a file that a crash left, but it takes a zombie for a server that runs.
      if (!isRunning(pid)) rmSync(pidFile, { force: true });
      return;
    }
    if (!signalled) process.kill(pid, 'SIGINT');
    signalled = true;
    if (Date.now() > endsMs) throw new StartError(`Postgres ${pid} still holds ${directory}: stop it first`);
    await sleep(50);
  }
}

function runsOn(pid: number, directory: string): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(
      directory,
    );
  } catch {
    // The process doesn't exist, or a small container has no `ps`; /proc has the same information.
    const commandLine = `/proc/${pid}/cmdline`;
    return existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes(directory);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** `postgres://user:password@host:port/database?sslmode=require` of a server that is already there. */
export function parseDatabaseUrl(text: string): DatabaseConnection {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = decodeURIComponent(url?.pathname.slice(1) ?? '');
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol) || database === '')
    throw new StartError('--database-url must look like postgres://user:password@host:5432/database');
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    database,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ssl: /^(require|verify)/.test(url.searchParams.get('sslmode') ?? ''),
  };
}
