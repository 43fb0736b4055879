import type { EventType } from '#contracts/event-types.ts';
import type { Resource } from '#contracts/resources.ts';
import { receivesWithin } from './pauses.ts';

/**
 * The treatment of a suspended tenant's work. `goes-on`: it is done, since it records what has happened already, or reads.
 * `parks`: it is left as it is, without a failure, and a sweep finds it when the tenant is active again. `refuses`: it ends, and
 * the tenant is told.
 */
export type Suspended = 'goes-on' | 'parks' | 'refuses';

/**
 * Says how work is found whose message or execution is lost: by the rows that show it is unfinished, and the scheduled job that takes them up.
 * `nobody` says what a person finds instead, where no row shows it.
 */
export type FoundBy = { readonly rows: string; readonly sweep: string } | { readonly nobody: string };

interface JobSpec {
  /** kebab-case; the handler is `functions/<workers, scheduled, steps or called>/<name>.ts`. */
  readonly name: string;
  readonly purpose: string;
  readonly uses: readonly Resource[];
  readonly timeoutSeconds: number;
  readonly suspended: Suspended;
  /** @default 512 */
  readonly memoryMb?: number;
  /** The most that V8 lets live objects grow to before it collects. Memory buys processors too, and V8 would fill it with what is dead. @default its own */
  readonly heapMb?: number;
  /** Size of /tmp. @default 512 */
  readonly ephemeralStorageMb?: number;
  /** The runbook of its alarm: where its failure says more than that a function fails. @default 'failing-functions' */
  readonly runbook?: string;
}

/** A queue and the one function that consumes it. The queue has a dead-letter queue `<queue>-dlq` with an alarm. */
export interface QueueJob extends JobSpec {
  readonly kind: 'queue';
  readonly queue: string;
  /**
   * The source of the queue's messages: creation events of the uploads bucket under a prefix, events of our bus, or
   * our own code.
   */
  readonly source:
    | { readonly bucket: 'uploads'; readonly prefixes: readonly string[] }
    | { readonly events: readonly EventType[] }
    | 'code';
  readonly batchSize: number;
  /** @default 0 */
  readonly windowSeconds?: number;
  /** Deliveries in which a message may fail for itself before it goes to the dead-letter queue. */
  readonly tries: number;
  readonly foundBy: FoundBy;
  /**
   * The hours for which a message at least waits for what is unavailable (the database, a service of AWS, its own function)
   * before it goes there too.
   */
  readonly retryForHours: number;
  /** Functions that run at once at most (event source mapping `MaximumConcurrency`, at least 2). */
  readonly maxConcurrency: number;
  /** Whether it signs in to the database, and so runs in the VPC, which has no internet access. @default true */
  readonly database?: boolean;
}

/** A queue that a function consumes, and how: it holds messages or, for a scheduled job, its firings. */
export type Consumption = Pick<
  QueueJob,
  | 'name'
  | 'queue'
  | 'batchSize'
  | 'windowSeconds'
  | 'tries'
  | 'retryForHours'
  | 'maxConcurrency'
  | 'timeoutSeconds'
  | 'suspended'
> & {
  readonly kind: 'queue' | 'scheduled';
  /** The queue of what is given up. @default `<queue>-dlq` */
  readonly deadLetters?: string;
};

/** Holds the firings that every scheduled job has given up. */
export const FIRINGS_GIVEN_UP = 'schedules-dlq';

/**
 * A job that EventBridge starts. It takes the time from the event's `time`, never from the clock. Its firings wait on a queue, so
 * that an outage delays them and loses none (docs/adr/0123).
 */
export interface ScheduledJob extends JobSpec {
  readonly kind: 'scheduled';
  /** An EventBridge expression: `rate(1 minute)` or `cron(0 3 * * ? *)`, UTC. */
  readonly schedule: string;
}

/** A task of a state machine: the definition names it in PascalCase, `release-payment` as `${ReleasePayment}`. */
export interface StepJob extends JobSpec {
  readonly kind: 'step';
  /** The machine's definition is `state-machines/<machine>.asl.json`. */
  readonly machine: string;
  readonly foundBy: FoundBy;
  /** Whether it signs in to the database, and so runs in the VPC, from where no bank is reached. @default true */
  readonly database?: boolean;
}

/**
 * A function that others of ours call and wait for (`uses: ['function:<name>:call']`). It stands outside the network and has no
 * database: it does what they can't do from inside (docs/adr/0204).
 */
export interface CalledJob extends JobSpec {
  readonly kind: 'called';
  readonly database: false;
}

/** Returns how often SQS delivers a message of a job, for whatever reason, before it takes it to the dead-letter queue. */
export function maxReceivesOf({ tries, retryForHours }: Pick<QueueJob, 'tries' | 'retryForHours'>): number {
  return tries + receivesWithin(retryForHours);
}

export type Job = QueueJob | ScheduledJob | StepJob | CalledJob;

/** Returns what a job consumes. Firings are tried like messages: a few times if they fail for themselves, for hours in an outage. */
export function consumptionOf(job: QueueJob | ScheduledJob): Consumption {
  if (job.kind === 'queue') return job;
  return {
    ...job,
    queue: `${job.name}-firings`,
    deadLetters: FIRINGS_GIVEN_UP,
    batchSize: 1,
    tries: 3,
    retryForHours: 12,
    // The fewest that SQS allows.
    maxConcurrency: 2,
  };
}

export function queueJob<const J extends Omit<QueueJob, 'kind'>>(spec: J): J & { readonly kind: 'queue' } {
  return { kind: 'queue', ...spec };
}

export function scheduledJob<const J extends Omit<ScheduledJob, 'kind'>>(
  spec: J,
): J & { readonly kind: 'scheduled' } {
  return { kind: 'scheduled', ...spec };
}

export function stepJob<const J extends Omit<StepJob, 'kind'>>(spec: J): J & { readonly kind: 'step' } {
  return { kind: 'step', ...spec };
}

export function calledJob<const J extends Omit<CalledJob, 'kind'>>(spec: J): J & { readonly kind: 'called' } {
  return { kind: 'called', ...spec };
}
