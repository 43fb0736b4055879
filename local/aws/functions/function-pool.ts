import { randomUUID } from 'node:crypto';
import type { FunctionSpec } from '#aws/templates/function-specs.ts';
import { Environment, type Outcome } from './environment.ts';
import type { FunctionError } from './protocol.ts';

export interface FunctionPoolOptions {
  readonly functions: readonly FunctionSpec[];
  /** Variables that stand above those of the template. */
  readonly overrides: (spec: FunctionSpec) => Readonly<Record<string, string>>;
  /** Variables that are set anew for each invocation. @default none */
  readonly variablesNow?: () => Readonly<Record<string, string>>;
  /** Returns all that a function can connect to, as `host:port`, or `undefined` where it is anything. @default anything */
  readonly reachable?: (
    spec: FunctionSpec,
    variables: Readonly<Record<string, string>>,
  ) => readonly string[] | undefined;
  /** Names of functions that run as a process each. */
  readonly processes: ReadonlySet<string>;
  /** The time for which an environment without work is kept. @default 30000 */
  readonly idleMs?: number;
  /** The time for which a request waits for an environment that works before another is started. @default the time that the last one took to load, at least 100 */
  readonly patienceMs?: number;
  onLine(spec: FunctionSpec, line: string, stream: 'stdout' | 'stderr'): void;
  onError(spec: FunctionSpec, requestId: string, error: FunctionError): void;
}

/** The answer of a synchronous `Invoke`: the payload, or the function's error. */
export type InvokeResult =
  | { readonly ok: true; readonly requestId: string; readonly payload: string }
  | { readonly ok: false; readonly requestId: string; readonly error: FunctionError };

export interface FunctionStatus {
  readonly name: string;
  readonly environments: number;
  readonly running: number;
  readonly waiting: number;
  readonly invocations: number;
  readonly errors: number;
}

/** Environments of one function at most, unless it reserves another number: more would only thrash a small machine. */
const DEFAULT_CONCURRENCY = 10;
/** Environments of all functions. Beyond it the one that has been idle longest makes room: each holds database connections. */
const ENVIRONMENTS_LIMIT = 64;
/** An idle environment holds 15 MB and database connections, and a cold start takes a fifth of a second. */
const IDLE_MS = 30_000;
/**
 * A burst would otherwise start an environment for each request of it, though the first one could answer them all in the time
 * that the second takes to load: a request waits for one that works for as long as the last one took to load, at least
 * this, before another is started.
 */
const PATIENCE_MS = 100;
/** Lambda's limit of a synchronous request and answer. */
export const LAMBDA_PAYLOAD_BYTES = 6 * 1024 * 1024;

/**
 * The new code of a function: the directory that holds it, or `undefined` where the function is to keep the code that it
 * has. It is asked for when the function is next invoked, so that what isn't used needn't be made.
 */
export type NewCode = () => Promise<string | undefined>;

interface Waiting {
  readonly requestId: string;
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  resolve(outcome: Outcome): void;
}

class PooledFunction {
  spec: FunctionSpec;
  readonly limit: number;
  readonly idle: Environment[] = [];
  readonly busy = new Set<Environment>();
  readonly waiting: Waiting[] = [];
  newCode: NewCode | undefined;
  isRenewing = false;
  /** Milliseconds since 1970: the last environment was loaded then. */
  loadedMs = 0;
  /** The time that loading it took. */
  loadingMs = 0;
  /** Dispatches again once the request that waits longest has been patient. */
  patience: NodeJS.Timeout | undefined;
  invocations = 0;
  errors = 0;

  constructor(spec: FunctionSpec) {
    this.spec = spec;
    this.limit = Math.max(1, spec.reservedConcurrency ?? DEFAULT_CONCURRENCY);
  }

  get environments(): number {
    return this.idle.length + this.busy.size;
  }
}

/** Runs functions by name: lazily started environments, first come first served. */
export class FunctionPool {
  #options: FunctionPoolOptions;
  #functions: Map<string, PooledFunction>;
  #closed = false;
  #reaper: NodeJS.Timeout;

  constructor(options: FunctionPoolOptions) {
    this.#options = options;
    const idleMs = options.idleMs ?? IDLE_MS;
    this.#reaper = setInterval(() => this.#endIdle(Date.now() - idleMs), idleMs / 4).unref();
    this.#functions = new Map(options.functions.map((spec) => [spec.name, new PooledFunction(spec)]));
  }

  has(name: string): boolean {
    return this.#functions.has(name);
  }

  spec(name: string): FunctionSpec {
    return this.#function(name).spec;
  }

  /** `payload` is JSON text. Never rejects for what the function does. */
  async invoke(name: string, payload: string, requestId: string = randomUUID()): Promise<InvokeResult> {
    const pooled = this.#function(name);
    pooled.invocations++;
    const outcome = await new Promise<Outcome>((resolve) => {
      pooled.waiting.push({ requestId, payload, sinceMs: Date.now(), resolve });
      this.#dispatch(pooled);
    });
    const result = checkSize(outcome);
    if ('result' in result) return { ok: true, requestId, payload: result.result };
    pooled.errors++;
    this.#options.onError(pooled.spec, requestId, result.error);
    return { ok: false, requestId, error: result.error };
  }

  /**
   * Gives a function new code from its next invocation on: its idle environments end then, and the others when they have
   * finished what they run. Of several calls the last one counts.
   */
  replace(name: string, code: NewCode): void {
    this.#function(name).newCode = code;
  }

  status(): FunctionStatus[] {
    return [...this.#functions.values()].map((pooled) => ({
      name: pooled.spec.name,
      environments: pooled.environments,
      running: pooled.busy.size,
      waiting: pooled.waiting.length,
      invocations: pooled.invocations,
      errors: pooled.errors,
    }));
  }

  /** Ends every environment; what still runs is cut and answered with an error. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#reaper);
    const all = [...this.#functions.values()].flatMap((pooled) => {
      clearTimeout(pooled.patience);
      for (const { requestId, resolve } of pooled.waiting.splice(0)) resolve({ error: stopped(requestId) });
      return [...pooled.idle.splice(0), ...pooled.busy];
    });
    await Promise.all(all.map((environment) => environment.kill()));
  }

  #function(name: string): PooledFunction {
    const pooled = this.#functions.get(name);
    if (pooled === undefined) throw new Error(`there is no function ${name}`);
    return pooled;
  }

  #dispatch(pooled: PooledFunction): void {
    if (pooled.newCode !== undefined && pooled.waiting.length > 0) void this.#renew(pooled);
    // The new code runs what waits.
    if (pooled.isRenewing) return;
    while (pooled.waiting.length > 0) {
      const environment = this.#take(pooled);
      if (environment === undefined) return;
      const next = pooled.waiting.shift() as Waiting;
      void this.#run(pooled, environment, next);
    }
  }

  async #renew(pooled: PooledFunction): Promise<void> {
    if (pooled.isRenewing) return;
    pooled.isRenewing = true;
    const { spec, newCode } = pooled;
    pooled.newCode = undefined;
    const directory = await newCode?.().catch(() => undefined);
    if (directory !== undefined && directory !== spec.directory) {
      pooled.spec = { ...spec, directory };
      for (const environment of pooled.idle.splice(0)) void environment.kill();
    }
    pooled.isRenewing = false;
    this.#dispatch(pooled);
  }

  async #run(
    pooled: PooledFunction,
    environment: Environment,
    { requestId, payload, resolve }: Waiting,
  ): Promise<void> {
    pooled.busy.add(environment);
    const outcome = await environment.run(requestId, payload, this.#options.variablesNow?.());
    pooled.busy.delete(environment);
    if (environment.spec !== pooled.spec) void environment.kill();
    else if (environment.alive && !this.#closed) pooled.idle.push(environment);
    resolve(outcome);
    this.#dispatch(pooled);
  }

  /** The environment used last, so that the others can grow idle; a new one below the limit. */
  #take(pooled: PooledFunction): Environment | undefined {
    for (let environment = pooled.idle.pop(); environment !== undefined; environment = pooled.idle.pop()) {
      if (environment.alive) return environment;
    }
    if (this.#closed || pooled.busy.size >= pooled.limit || !this.#needsAnother(pooled)) return undefined;
    this.#makeRoom();
    const { overrides, processes, reachable, onLine } = this.#options;
    const variables = { ...pooled.spec.environment, ...overrides(pooled.spec) };
    const startedMs = Date.now();
    return new Environment({
      spec: pooled.spec,
      variables,
      isolation: processes.has(pooled.spec.name) ? 'process' : 'thread',
      reachable: reachable?.(pooled.spec, variables),
      onLine: (line, stream) => onLine(pooled.spec, line, stream),
      onLoaded: () => {
        pooled.loadedMs = Date.now();
        pooled.loadingMs = pooled.loadedMs - startedMs;
        this.#dispatch(pooled);
      },
    });
  }

  /** Whether those that wait are better served by another environment than by those that work. One is started at a time. */
  #needsAnother(pooled: PooledFunction): boolean {
    if (pooled.busy.size === 0) return true;
    if ([...pooled.busy].some(({ isLoaded }) => !isLoaded)) return false;
    const sinceMs = Math.max(pooled.loadedMs, pooled.waiting[0]?.sinceMs ?? 0);
    const patienceMs = this.#options.patienceMs ?? Math.max(PATIENCE_MS, pooled.loadingMs);
    const patientMs = sinceMs + patienceMs - Date.now();
    if (patientMs <= 0) return true;
    clearTimeout(pooled.patience);
    pooled.patience = setTimeout(() => this.#dispatch(pooled), patientMs).unref();
    return false;
  }

  /** Ends the environments that have had no work since then; their functions start anew when they are needed. */
  #endIdle(sinceMs: number): void {
    for (const { idle } of this.#functions.values()) {
      // The one that has been idle longest stands first.
      while (idle[0] !== undefined && idle[0].lastUsedMs < sinceMs) void idle.shift()?.kill();
    }
  }

  #makeRoom(): void {
    let total = 0;
    let oldest: PooledFunction | undefined;
    for (const pooled of this.#functions.values()) {
      total += pooled.environments;
      const candidateMs = pooled.idle[0]?.lastUsedMs ?? Number.POSITIVE_INFINITY;
      if (candidateMs < (oldest?.idle[0]?.lastUsedMs ?? Number.POSITIVE_INFINITY)) oldest = pooled;
    }
    if (total >= ENVIRONMENTS_LIMIT) void oldest?.idle.shift()?.kill();
  }
}

function checkSize(outcome: Outcome): Outcome {
  if (!('result' in outcome) || outcome.result.length * 3 < LAMBDA_PAYLOAD_BYTES) return outcome;
  const bytes = Buffer.byteLength(outcome.result);
  if (bytes <= LAMBDA_PAYLOAD_BYTES) return outcome;
  const errorMessage = `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${LAMBDA_PAYLOAD_BYTES} bytes).`;
  return { error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
}

function stopped(requestId: string): FunctionError {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: the platform is stopping`,
  };
}
