import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { stepAt, totpOf } from '#identity/second-factor/totp.ts';
import { type DropKeyPair, issuedDropKey } from '#local/drop-key.ts';
import type { LocalTenant, PlatformFile } from '#local/platform-file.ts';
import { accessToken, type SecondFactor } from '#local/sign-in.ts';
import type { Json } from '#tests/support/json.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const READY = /^ready (\S+)$/;

export interface StartOptions {
  readonly dataDir: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Enrols a second factor at a first sign-in, as the app on a telephone does. */
export const enrolled: SecondFactor = async (apiUrl, mfa_token) => {
  const post = async (path: string, body: object): Promise<Json> => {
    const answer = await fetch(`${apiUrl}/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.json();
  };
  const { secret } = await post('mfa/enrol', { mfa_token });
  return (await post('mfa', { mfa_token, code: totpOf(secret, stepAt(Date.now())) })).access_token;
};

/** A platform that was started as its users start it: as a process of its own. */
export class RunningPlatform {
  readonly dataDir: string;
  file: PlatformFile;
  /** The lines that it printed until it was ready. */
  readonly output: readonly string[];
  readonly #process: ChildProcess;
  readonly #tokens = new Map<string, Promise<string>>();
  readonly #dropKeys = new Map<string, Promise<DropKeyPair>>();

  constructor(dataDir: string, output: readonly string[], process: ChildProcess) {
    this.dataDir = dataDir;
    this.output = output;
    this.file = JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8')) as PlatformFile;
    this.#process = process;
  }

  /** Adds a tenant that the test has made to those that can sign in. */
  know(tenant: LocalTenant): void {
    this.file = { ...this.file, tenants: [...this.file.tenants, tenant] };
  }

  /** Forgets the tokens of those who have signed in, whose sessions have ended. */
  forget(): void {
    this.#tokens.clear();
  }

  /** Returns the token of a demo user, kept for the test run. */
  token(who: string, role = 'ADMIN'): Promise<string> {
    const key = `${who}/${role}`;
    const known = this.#tokens.get(key) ?? accessToken(this.file, who, role, enrolled);
    this.#tokens.set(key, known);
    return known;
  }

  /** Calls the API as a demo user. The path is that of the route table. */
  async api(who: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const [slug = '', role] = who.split('/');
    const answer = await fetch(`${this.file.apiUrl}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.token(slug, role)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: (isJson ? JSON.parse(text) : undefined) as Json,
    };
  }

  /** @param credentials @default those of the platform itself */
  s3(credentials?: DropKeyPair): S3Client {
    return new S3Client({ ...this.#aws(), ...(credentials && { credentials }), forcePathStyle: true });
  }

  /** Returns a client that puts files into the drop folder of a tenant, kept for the test run. */
  async dropClient(slug: string): Promise<S3Client> {
    const key =
      this.#dropKeys.get(slug) ??
      issuedDropKey(
        (method, path, body) => this.api(slug, method, path, body).then((answer) => answer.body),
        'end to end',
      );
    this.#dropKeys.set(slug, key);
    return this.s3(await key);
  }

  sqs(): SQSClient {
    return new SQSClient(this.#aws());
  }

  #aws() {
    const { awsEndpointUrl, region, accessKeyId, secretAccessKey } = this.file;
    return { endpoint: awsEndpointUrl, region, credentials: { accessKeyId, secretAccessKey } };
  }

  /** Runs commands of the documentation against this platform, with the Node of the repository. They have two minutes and a half. */
  documented(commands: string): Promise<{ stdout: string; stderr: string }> {
    const script = commands
      .replaceAll('http://localhost:8000', this.file.apiUrl)
      .replaceAll(/npm run (-s )?local --/g, `node local/cli.ts --data ${this.dataDir}`)
      .replaceAll(/npm run (-s )?audit:verify --/g, `node local/audit-verify.ts --data ${this.dataDir}`);
    return promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: REPOSITORY,
      env: { ...process.env, PATH: `${join(REPOSITORY, 'node_modules/.bin')}:${process.env.PATH}` },
      maxBuffer: 16 * 1024 * 1024,
      timeout: 150_000,
    });
  }

  /** Stops the platform as Ctrl-C does, and returns the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.#process.exitCode !== null) return this.#process.exitCode;
    const exited = once(this.#process, 'exit');
    this.#process.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }
}

export function temporaryDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'vestry-e2e-'));
  // Postgres runs as nobody when we are root, and would have its files elsewhere if it could not reach these.
  chmodSync(dataDir, 0o711);
  return dataDir;
}

export function removeDataDir(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true });
}

/** Runs `local/start.ts`. Answers the platform once it is ready, or what it said and its exit code when it gave up. */
export async function startPlatform(
  options: StartOptions,
): Promise<RunningPlatform | { readonly exitCode: number | null; readonly output: readonly string[] }> {
  const { dataDir, flags = ['--port', '0'], env = {} } = options;
  const child = spawn(process.execPath, ['local/start.ts', '--data', dataDir, ...flags], {
    cwd: REPOSITORY,
    env: { ...process.env, VESTRY_LOCAL_FSYNC: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const ready = new Promise<boolean>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        output.push(line);
        if (READY.test(line)) resolve(true);
      });
    }
    child.once('exit', () => resolve(false));
  });
  if (await ready) return new RunningPlatform(dataDir, output, child);
  return { exitCode: child.exitCode, output };
}

/** @throws when the platform doesn't come up */
export async function startedPlatform(options: StartOptions): Promise<RunningPlatform> {
  const platform = await startPlatform(options);
  if (platform instanceof RunningPlatform) return platform;
  throw new Error(`the platform gave up (${platform.exitCode}):\n${platform.output.join('\n')}`);
}

/** Asks until the answer satisfies; fails with the last answer after the time. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  timeoutMs = 3 * 60_000,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (Date.now() > deadlineMs)
      throw new Error(`not within ${timeoutMs} ms; last: ${JSON.stringify(answer)?.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
