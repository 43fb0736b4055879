import { randomUUID } from 'node:crypto';
import { setImmediate as yieldToTimers } from 'node:timers/promises';
import type { InvokeResult } from '#aws/functions/function-pool.ts';
import { functionNameOf, type PlatformModel } from '#aws/templates/platform-model.ts';
import type { RuleSpec } from '#aws/templates/trigger-specs.ts';
import type { EventRouter } from './event-router.ts';
import type { PlatformClock } from './platform-clock.ts';
import { parseSchedule, type Schedule } from './schedule-expression.ts';

export interface SchedulerOptions {
  readonly model: PlatformModel;
  readonly router: EventRouter;
  readonly clock: PlatformClock;
  /** Waits until what a job put on queues is done. */
  settle(): Promise<void>;
  /** Returns the next instant at which other work is due; moving the clock there lets it happen. @default none */
  nextTimer?(): Date | undefined;
  /** Counts what jobs have put on event buses and queues since the start. @default they never do */
  activity?(): number;
}

export interface ScheduleStatus {
  readonly name: string;
  readonly expression: string;
  readonly functions: readonly string[];
  readonly nextDue: string | undefined;
  readonly lastFired: string | undefined;
  readonly lastResult: 'ok' | 'failed' | undefined;
}

export interface Firing {
  readonly schedule: string;
  readonly time: string;
  readonly ok: boolean;
  readonly error?: string;
}

interface ScheduledRule {
  readonly spec: RuleSpec;
  readonly schedule: Schedule;
  /** The time on the platform's clock. */
  due: Date | undefined;
  lastFired?: string;
  lastResult?: 'ok' | 'failed';
}

interface Due {
  /** The rules that are due at one instant; none at a timer's. */
  readonly rules: readonly ScheduledRule[];
  readonly due: Date;
}

const TICK_LIMIT_MS = 60_000;
/**
 * The time by which the clock may move ahead without a sweep, so that work which only the passing of time makes due
 * doesn't wait longer.
 */
const SWEEP_LIMIT_MS = 86_400_000;

/** Fires scheduled rules when they are due on the platform's clock. */
export class Scheduler {
  #options: SchedulerOptions;
  #rules: readonly ScheduledRule[];
  #timer: NodeJS.Timeout | undefined;
  #running = new Set<Promise<unknown>>();
  #advancing = false;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const now = options.clock.now();
    this.#rules = options.model.rules
      .filter(({ schedule }) => schedule !== undefined)
      .map((spec) => ({ spec, schedule: parseSchedule(spec.schedule ?? '', spec.name), due: now }));
    for (const rule of this.#rules) rule.due = rule.schedule.isSweep ? now : rule.schedule.next(now);
  }

  /** Sweeps run at once, lest what a stop cut wait for them. */
  start(): void {
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#running);
  }

  /** Whether the clock is being moved. */
  get isAdvancing(): boolean {
    return this.#advancing;
  }

  status(): ScheduleStatus[] {
    return this.#rules.map(({ spec, due, lastFired, lastResult }) => ({
      name: spec.name,
      expression: spec.schedule ?? '',
      functions: this.#functionsOf(spec),
      nextDue: due?.toISOString(),
      lastFired,
      lastResult,
    }));
  }

  /** Names what a rule starts: its target, or what consumes the queue that is its target. */
  #functionsOf({ targets }: RuleSpec): string[] {
    const { mappings } = this.#options.model;
    return targets.map(({ arn }) =>
      functionNameOf(mappings.find(({ queueArn }) => queueArn === arn)?.functionArn ?? arn),
    );
  }

  /** Finds a rule by its name or the end of it, or by its function's. */
  find(query: string): string | undefined {
    const names = (rule: ScheduledRule): string[] => [rule.spec.name, ...this.#functionsOf(rule.spec)];
    const exact = this.#rules.find((rule) => names(rule).includes(query));
    const loose = this.#rules.find((rule) => names(rule).some((name) => name.endsWith(`-${query}`)));
    return (exact ?? loose)?.spec.name;
  }

  /** Fires one schedule now. Throws when there is none of that name. */
  async fire(query: string): Promise<Firing> {
    const name = this.find(query);
    const rule = this.#rules.find(({ spec }) => spec.name === name);
    if (rule === undefined) throw new Error(`there is no schedule ${query}`);
    return this.#fire(rule, this.#options.clock.now());
  }

  /**
   * Moves the clock to `until` and fires, in order, every schedule and timer due in between, each after the work of the
   * one before is done; those of one instant fire together. Sweeps (rates of less than a day) don't run hundreds of times a day: they run after a step that put
   * something on a bus or a queue, after a sweep that did, and once a day. `signal` ends it between two instants, with the clock where it is.
   */
  async advance(until: Date, report: (firing: Firing) => void, signal?: AbortSignal): Promise<void> {
    const { clock, settle } = this.#options;
    if (until <= clock.now())
      throw new Error(
        `${until.toISOString()} is not after the platform's time, ${clock.now().toISOString()}`,
      );
    if (this.#advancing) throw new Error('the time is being moved already: wait until that has ended');
    this.#advancing = true;
    clearTimeout(this.#timer);
    let swept = { time: new Date(0), activity: -1 };
    const sweep = async (time: Date): Promise<void> => {
      const activity = this.#options.activity?.() ?? 0;
      await this.#sweep(time);
      swept = { time, activity };
    };
    try {
      for (let next = this.#earliest(until); next !== undefined; next = this.#earliest(until)) {
        if (signal?.aborted === true) return;
        const { rules, due } = next;
        clock.moveTo(due);
        // Work that continues by a timer must run even when nothing has to settle.
        if (rules.length === 0) await yieldToTimers();
        for (const rule of rules) rule.due = rule.schedule.next(due);
        const firings = await Promise.all(rules.map((rule) => this.#fire(rule, due)));
        for (const firing of firings) report(firing);
        await settle();
        const isActive = (this.#options.activity?.() ?? 0) !== swept.activity;
        if (isActive || due.getTime() - swept.time.getTime() >= SWEEP_LIMIT_MS) await sweep(due);
      }
      clock.moveTo(until);
      await sweep(until);
      await settle();
    } finally {
      this.#advancing = false;
      for (const rule of this.#rules) if (rule.schedule.isSweep) rule.due = rule.schedule.next(clock.now());
      this.#arm();
    }
  }

  #earliest(until: Date): Due | undefined {
    const timer = this.#options.nextTimer?.();
    let earliest: { rules: ScheduledRule[]; due: Date } | undefined =
      timer === undefined || timer > until ? undefined : { rules: [], due: timer };
    for (const rule of this.#rules) {
      if (rule.schedule.isSweep || rule.due === undefined || rule.due > until) continue;
      if (earliest === undefined || rule.due < earliest.due) earliest = { rules: [rule], due: rule.due };
      // A timer goes first, since what it wakes may end before what fires at the same instant.
      else if (earliest.rules.length > 0 && rule.due.getTime() === earliest.due.getTime())
        earliest.rules.push(rule);
    }
    return earliest;
  }

  async #sweep(time: Date): Promise<void> {
    const sweeps = this.#rules.filter(({ schedule }) => schedule.isSweep);
    await Promise.all(sweeps.map((rule) => this.#fire(rule, time)));
  }

  #tick(): void {
    const now = this.#options.clock.now();
    for (const rule of this.#rules) {
      if (rule.due === undefined || rule.due > now) continue;
      const { due } = rule;
      rule.due = rule.schedule.next(now);
      const firing = this.#fire(rule, due)
        .catch(() => undefined)
        .finally(() => this.#running.delete(firing));
      this.#running.add(firing);
    }
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#stopped || this.#advancing) return;
    const nowMs = this.#options.clock.now().getTime();
    const nextMs = Math.min(...this.#rules.map(({ due }) => due?.getTime() ?? Number.POSITIVE_INFINITY));
    this.#timer = setTimeout(() => this.#tick(), Math.min(Math.max(nextMs - nowMs, 0), TICK_LIMIT_MS));
  }

  async #fire(rule: ScheduledRule, time: Date): Promise<Firing> {
    const { model, router } = this.#options;
    const { name, arn, targets } = rule.spec;
    const event = {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: model.accountId,
      time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
      region: model.region,
      resources: [arn],
      detail: {},
    };
    const results: (InvokeResult | undefined)[] = await Promise.all(
      targets.map((target) => router.fire(target, event)),
    );
    const failed = results.find((result) => result?.ok === false);
    rule.lastFired = event.time;
    rule.lastResult = failed === undefined ? 'ok' : 'failed';
    const error = failed?.ok === false ? { error: failed.error.errorMessage } : {};
    return { schedule: name, time: event.time, ok: failed === undefined, ...error };
  }
}
