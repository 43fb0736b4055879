import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsEndpoint, startAwsEndpoint } from './endpoint/endpoint.ts';
import { functionsOf } from './endpoint/step-functions/asl/compile.ts';
import { type FunctionInvoker, nameOfFunction } from './endpoint/step-functions/function-task.ts';
import { EventRouter } from './events/event-router.ts';
import { PlatformClock } from './events/platform-clock.ts';
import { drained, QueuePoller } from './events/queue-poller.ts';
import { Scheduler } from './events/scheduler.ts';
import { FunctionLog } from './functions/function-log.ts';
import { FunctionPool } from './functions/function-pool.ts';
import { type Credentials, functionVariables } from './functions/function-variables.ts';
import { type ApiDefinition, readApiDefinition } from './gateway/api-definition.ts';
import { startGateway } from './gateway/gateway.ts';
import type { StaticSite } from './gateway/static-site.ts';
import { StartError } from './start-error.ts';
import type { FunctionSpec } from './templates/function-specs.ts';
import {
  functionNameOf,
  type PlatformModel,
  readPlatformModel,
  resolveFunction,
} from './templates/platform-model.ts';

export type { ExecutionsStatus } from './endpoint/step-functions/step-functions.ts';
export type { Firing, Scheduler, ScheduleStatus } from './events/scheduler.ts';
export type { FunctionPool, FunctionStatus } from './functions/function-pool.ts';
export type { FunctionSpec } from './templates/function-specs.ts';

export interface TemplateRunnerOptions {
  /** The directory that `cdk synth` wrote. */
  readonly assembly: string;
  /** Holds queues, objects, executions, secrets and logs. One runner at a time. */
  readonly dataDir: string;
  /** The credentials of the account's owner, with which clients sign their requests. Functions sign with those of their roles. */
  readonly credentials: Credentials;
  /** The port of the AWS endpoint. @default 0, a free one */
  readonly awsPort?: number;
  /** Types of custom resources that do nothing here, since the caller does their work. @default none */
  readonly typesWithoutEffect?: readonly string[];
  /** Functions that run as a process each instead of a thread, by name or the end of it. @default none */
  readonly processFunctions?: readonly string[];
  /**
   * Returns what functions in a network (`VpcConfig`) connect to beside the endpoint, as `host:port`: the database. Called when an environment
   * starts. Everything else is refused to them. @default nothing
   */
  reachable?(): readonly string[];
  /** Variables of a function that stand above those of its template. Called when an environment starts. @default none */
  variables?(spec: FunctionSpec, addresses: Addresses): Readonly<Record<string, string>>;
  /** Returns variables that a function is told with each invocation, above all others. @default none */
  variablesNow?(): Readonly<Record<string, string>>;
  /** Files that are served beside the API, as a distribution before both does from a bucket. @default none */
  readonly site?: StaticSite | undefined;
  /** Answers requests of the machine itself beside the API, which no template has; says whether it has. @default nothing is answered */
  beside?(request: IncomingMessage, response: ServerResponse): boolean;
  /** The variable that tells functions, with each invocation, how many milliseconds the clock has been moved ahead. @default none */
  readonly clockVariable?: string;
  /** Receives warnings and errors that functions log, one brief line each. @default they are only logged to the file */
  warn?(line: string): void;
}

/** Somebody outside who lives by the platform's clock, and reaches its services as any client does. */
export interface Neighbour {
  /** Told that some object was created. */
  notice(): void;
  /** Returns when there is something to do next; undefined where nothing is. */
  nextDue(): Date | undefined;
  /** Does what is due; answers whether anything was done since it was asked. */
  act(now: Date): Promise<boolean>;
}

export interface Addresses {
  readonly awsEndpointUrl: string;
  /** `undefined` until the runner serves. */
  readonly apiUrl: string | undefined;
}

export interface TemplateRunner {
  readonly model: PlatformModel;
  readonly endpoint: AwsEndpoint;
  readonly pool: FunctionPool;
  readonly scheduler: Scheduler;
  readonly clock: PlatformClock;
  /**
   * Opens the API on a port (0 takes a free one), and starts queues, executions and, unless the caller starts the scheduler
   * later, schedules. Returns the API's port.
   */
  serve(port: number, schedules?: boolean): Promise<number>;
  /** Says whether all queues with a consumer ran empty within the time. */
  drained(timeoutMs: number): Promise<boolean>;
  /** Leaves what comes to a queue in it, until it is told otherwise. Throws when nothing consumes the queue. */
  hold(queue: string, isHeld: boolean): void;
  /** Lets a neighbour live beside the platform from now on, until it stops. */
  accompany(neighbour: Neighbour): void;
  /** Finishes what runs, within ten seconds, and stops everything. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 10_000;
const SETTLE_LIMIT_MS = 60_000;
/** A neighbour is asked this often, when the clock isn't moved. */
const NEIGHBOUR_MS = 1_000;

type Cleanup = () => Promise<void> | void;

/**
 * Reads the templates, starts their services, and makes their functions ready to be invoked. Nothing fires by itself
 * before `serve`. Throws `StartError` for a resource that can't run here, leaving nothing running.
 */
export async function startTemplateRunner(options: TemplateRunnerOptions): Promise<TemplateRunner> {
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
  options: TemplateRunnerOptions,
  cleanups: Cleanup[],
  cleanUp: () => Promise<void>,
): Promise<TemplateRunner> {
  const { dataDir, credentials, clockVariable, warn = () => undefined } = options;
  const model = readPlatformModel(options.assembly, { typesWithoutEffect: options.typesWithoutEffect ?? [] });
  const { region, accountId } = model;
  const api = onlyApi(model);
  const clock = new PlatformClock(join(dataDir, 'clock.json'));
  const log = new FunctionLog(join(dataDir, 'logs/functions.ndjson'), warn);
  cleanups.push(() => log.close());

  const late: { pool?: FunctionPool; router?: EventRouter; apiUrl?: string; neighbour?: Neighbour } = {};
  const endpoint = await startAwsEndpoint({
    ...{ port: options.awsPort ?? 0, dataDir, region, accountId, ...credentials },
    buckets: model.buckets,
    queues: model.queues,
    eventBuses: model.eventBuses,
    rules: model.rules,
    secrets: model.secrets,
    mailIdentities: model.mailIdentities,
    roles: model.roles,
    managedPolicies: model.managedPolicies,
    now: () => clock.now(),
    functions: invokerOf(late),
    stepFunctions: { stateMachines: model.stateMachines, functions: invokerOf(late), clock },
    onObject: () => late.neighbour?.notice(),
    onEvent: ({ eventBusName, event }) => late.router?.publish(eventBusName, event),
  });
  cleanups.push(() => endpoint.close());

  const pool = new FunctionPool({
    functions: model.functions,
    overrides: (spec) => {
      const addresses = { awsEndpointUrl: endpoint.url, apiUrl: late.apiUrl };
      return functionVariables(spec, {
        ...{ awsEndpointUrl: endpoint.url, region, credentials: endpoint.principals.keysOf(spec.roleArn) },
        more: options.variables?.(spec, addresses) ?? {},
      });
    },
    reachable: ({ isInNetwork }, variables) =>
      isInNetwork ? [...endpointsOf(variables), ...(options.reachable?.() ?? [])] : undefined,
    variablesNow: () => ({
      ...(clockVariable === undefined ? {} : { [clockVariable]: String(clock.aheadMs) }),
      ...options.variablesNow?.(),
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
  // Executions close before the pool cuts functions, lest they take that for a failure.
  cleanups.push(() => executions.close());
  checkFunctions(model, api, pool);

  const pollers = model.mappings.map((mapping) => pollerOf(mapping, model, endpoint, pool));
  const router = new EventRouter({
    ...{ model, pool, queues: () => endpoint.queues },
    firstAttempt: (queue, messageId) =>
      pollers.find(({ options: { queue: consumed } }) => consumed === queue)?.firstAttempt(messageId),
  });
  late.router = router;
  const settle = async (): Promise<void> => {
    do {
      await router.settled();
      await drained(pollers, SETTLE_LIMIT_MS);
      await executions.settled();
    } while ((await late.neighbour?.act(clock.now())) === true);
  };
  const nextTimer = (): Date | undefined => earlier(executions.nextDue(), late.neighbour?.nextDue());
  const activity = (): number => router.published + endpoint.queues.sent - router.fired;
  const scheduler = new Scheduler({ model, router, clock, settle, nextTimer, activity });

  const beside = (request: IncomingMessage, response: ServerResponse): boolean =>
    options.beside?.(request, response) === true;
  const serve = async (port: number, schedules = true): Promise<number> => {
    const gateway = await startGateway({ port, api, pool, region, accountId, site: options.site, beside });
    late.apiUrl = `http://localhost:${gateway.port}`;
    for (const poller of pollers) poller.start();
    executions.start();
    if (schedules) scheduler.start();
    cleanups.push(() =>
      // Invocations that do not end in time are cut off when the pool closes; their messages are delivered again.
      atMost(STOP_GRACE_MS, [
        gateway.close(STOP_GRACE_MS),
        scheduler.stop(),
        executions.stop(),
        router.stop(),
        ...pollers.map((poller) => poller.stop()),
      ]),
    );
    return gateway.port;
  };
  const accompany = (neighbour: Neighbour): void => {
    late.neighbour = neighbour;
    let acting: Promise<unknown> = Promise.resolve();
    const act = (): void => {
      acting = neighbour
        .act(clock.now())
        .catch((error: Error) => warn(`a neighbour could not act: ${error.message}`));
    };
    const timer = setInterval(act, NEIGHBOUR_MS);
    cleanups.push(async () => {
      clearInterval(timer);
      delete late.neighbour;
      await acting;
    });
  };
  return {
    ...{ model, endpoint, pool, scheduler, clock, serve, accompany },
    drained: (timeoutMs) => drained(pollers, timeoutMs),
    hold: (queue, isHeld) => {
      const consumers = pollers.filter(({ options: { queue: consumed } }) => consumed === queue);
      if (consumers.length === 0) throw new StartError(`nothing consumes the queue ${queue}`);
      for (const consumer of consumers) consumer.hold(isHeld);
    },
    stop: cleanUp,
  };
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

async function atMost(limitMs: number, work: readonly Promise<unknown>[]): Promise<void> {
  const timer = new AbortController();
  await Promise.race([
    Promise.allSettled(work),
    sleep(limitMs, undefined, { signal: timer.signal }).catch(() => undefined),
  ]);
  timer.abort();
}

/** Returns where a function finds the services: the endpoint, and whatever stands before it for one of them. */
function endpointsOf(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables)
    .filter(([name]) => name.startsWith('AWS_ENDPOINT_URL'))
    .map(([, url]) => new URL(url).host);
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

/** The endpoint exists before the pool, because functions get its URL. */
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
