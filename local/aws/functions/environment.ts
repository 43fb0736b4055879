import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import type { FunctionSpec } from '#aws/templates/function-specs.ts';
import type { FunctionError, Invocation, RuntimeConfiguration, RuntimeMessage } from './protocol.ts';

export interface EnvironmentOptions {
  readonly spec: FunctionSpec;
  readonly variables: Readonly<Record<string, string>>;
  /** A process has memory of its own to measure; a thread is cheaper. @default 'thread' */
  readonly isolation?: 'thread' | 'process';
  /** All that it can connect to, as `host:port`. @default anything */
  readonly reachable?: readonly string[] | undefined;
  onLine(line: string, stream: 'stdout' | 'stderr'): void;
  /** Called once, when the bundle is there and the first invocation begins. */
  onLoaded?(): void;
}

export type Outcome = { readonly result: string } | { readonly error: FunctionError };

interface Runtime {
  readonly streams: readonly (Readable | null)[];
  post(message: Invocation): void;
  kill(): Promise<void>;
}

interface RuntimeEvents {
  message(message: RuntimeMessage): void;
  error(error: Error & { code?: string }): void;
  exit(code: number | null): void;
}

/** A module that isn't loaded by then never will be. Lambda waits for ten seconds; a busy machine may need more. */
const LOAD_LIMIT_MS = 60_000;

const RUNTIME_MODULE = fileURLToPath(new URL('./runtime.ts', import.meta.url));

let compiled: URL | undefined;

/** Returns the runtime as JavaScript: a thread that reads TypeScript loads a compiler first, which is half of a cold start. */
function compiledRuntime(): URL {
  if (compiled === undefined) {
    const { outputFiles } = buildSync({
      entryPoints: [RUNTIME_MODULE],
      ...{ bundle: true, write: false, minify: true, platform: 'node', format: 'esm' },
    });
    compiled = new URL(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`);
  }
  return compiled;
}

function configurationOf({ spec, reachable }: EnvironmentOptions): RuntimeConfiguration {
  const { directory, handler, name, arn, memoryMb } = spec;
  return { directory, handler, functionName: name, functionArn: arn, memoryMb, reachable };
}

function startThread(options: EnvironmentOptions, events: RuntimeEvents): Runtime {
  const { spec, variables } = options;
  const worker = new Worker(compiledRuntime(), {
    workerData: configurationOf(options),
    env: { ...variables },
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: spec.memoryMb },
  });
  worker.on('message', events.message).on('error', events.error).on('exit', events.exit);
  return {
    streams: [worker.stdout, worker.stderr],
    post: (message) => worker.postMessage(message),
    kill: async () => void (await worker.terminate()),
  };
}

function startProcess(options: EnvironmentOptions, events: RuntimeEvents): Runtime {
  const { spec, variables } = options;
  const child = fork(RUNTIME_MODULE, [], {
    env: { ...variables, RUNTIME_CONFIGURATION: JSON.stringify(configurationOf(options)) },
    execArgv: [`--max-old-space-size=${spec.memoryMb}`],
    silent: true,
    // Ctrl-C in the terminal is for the platform, which drains before it stops its functions.
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (message) => events.message(message as RuntimeMessage));
  child.on('error', events.error).on('exit', events.exit);
  return {
    streams: [child.stdout, child.stderr],
    post: (message) => void child.send(message),
    kill: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
}

/** One Lambda environment. It runs one invocation at a time; a timeout or an exit ends it for good. */
export class Environment {
  readonly spec: FunctionSpec;
  #runtime: Runtime;
  #current: { readonly requestId: string; begin(): void; settle(outcome: Outcome): void } | undefined;
  #failure: FunctionError | undefined;
  #alive = true;
  isLoaded = false;
  #onLoaded: (() => void) | undefined;
  /** Milliseconds since 1970. */
  lastUsedMs = Date.now();

  constructor(options: EnvironmentOptions) {
    this.spec = options.spec;
    this.#onLoaded = options.onLoaded?.bind(options);
    const events: RuntimeEvents = {
      message: (message) => this.#receive(message),
      error: (error) => {
        this.#failure = { errorType: error.code ?? error.name, errorMessage: error.message };
      },
      exit: (code) => this.#exited(code),
    };
    this.#runtime = (options.isolation === 'process' ? startProcess : startThread)(options, events);
    this.#runtime.streams.forEach((stream, index) => {
      if (stream === null) return;
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) =>
        options.onLine(line, index === 0 ? 'stdout' : 'stderr'),
      );
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Never rejects: what goes wrong in a function is an outcome. */
  run(
    requestId: string,
    payload: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    const timeoutMs = this.spec.timeoutSeconds * 1000;
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout;
      const limit = (ms: number): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          const errorMessage = `${requestId} Task timed out after ${(ms / 1000).toFixed(2)} seconds`;
          this.#receive({ requestId, error: { errorType: 'Sandbox.Timedout', errorMessage } });
          void this.kill();
        }, ms);
      };
      // The handler's time begins after a cold start, as on Lambda.
      limit(this.isLoaded ? timeoutMs : LOAD_LIMIT_MS);
      this.#current = {
        requestId,
        begin: () => limit(timeoutMs),
        settle: (outcome) => {
          clearTimeout(timer);
          this.lastUsedMs = Date.now();
          resolve(outcome);
        },
      };
      if (!this.#alive) this.#exited(null);
      else this.#runtime.post({ requestId, payload, timeoutMs, variables });
    });
  }

  async kill(): Promise<void> {
    this.#alive = false;
    await this.#runtime.kill();
  }

  #receive(message: RuntimeMessage): void {
    if (this.#current?.requestId !== message.requestId) return;
    if ('begins' in message) {
      this.isLoaded = true;
      this.#current.begin();
      this.#onLoaded?.();
      return;
    }
    const { settle } = this.#current;
    this.#current = undefined;
    // A bundle that failed to load would always fail; the next invocation starts again, as on Lambda.
    if ('error' in message && /^(Runtime\.|SyntaxError|ERR_MODULE)/.test(message.error.errorType))
      void this.kill();
    settle(message);
  }

  #exited(code: number | null): void {
    this.#alive = false;
    const requestId = this.#current?.requestId;
    if (requestId === undefined) return;
    const outOfMemory = this.#failure?.errorType === 'ERR_WORKER_OUT_OF_MEMORY';
    const reason = outOfMemory ? 'signal: killed (out of memory)' : `exit status ${code ?? 'unknown'}`;
    const error = {
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${reason}`,
    };
    const uncaught = this.#failure !== undefined && !outOfMemory ? this.#failure : undefined;
    this.#receive({ requestId, error: uncaught ?? error });
  }
}
