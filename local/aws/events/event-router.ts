import { setTimeout as sleep } from 'node:timers/promises';
import type { EventBridgeEvent } from '#aws/endpoint/event-bridge.ts';
import { isDiskFull } from '#aws/endpoint/full-disk.ts';
import type { JsonObject } from '#aws/endpoint/json-input.ts';
import type { QueueBroker } from '#aws/endpoint/sqs/queue-broker.ts';
import type { FunctionPool, InvokeResult } from '#aws/functions/function-pool.ts';
import { StartError } from '#aws/start-error.ts';
import { functionNameOf, type PlatformModel } from '#aws/templates/platform-model.ts';
import { DEFAULT_ASYNC_RETRIES, type RuleSpec, type RuleTarget } from '#aws/templates/trigger-specs.ts';
import { compilePattern } from './event-pattern.ts';

export interface EventRouterOptions {
  readonly model: PlatformModel;
  readonly pool: FunctionPool;
  readonly queues: () => QueueBroker;
  /** Returns what comes of the first attempt at a message; `undefined` for a queue without a consumer. @default nobody consumes */
  readonly firstAttempt?: (queue: string, messageId: string) => Promise<InvokeResult> | undefined;
}

interface SentTo {
  readonly queue: string;
  readonly messageId: string;
}

interface CompiledRule {
  readonly spec: RuleSpec;
  matches(event: JsonObject): boolean;
}

/** Doubled after each attempt. Lambda itself waits one and two minutes. */
const RETRY_BASE_MS = 1_000;

/** Hands events to the targets of rules. Deliveries under way are forgotten when the platform is killed. */
export class EventRouter {
  #options: EventRouterOptions;
  #rules: readonly CompiledRule[];
  #deliveries = new Set<Promise<unknown>>();
  #stop = new AbortController();
  #published = 0;
  #fired = 0;

  constructor(options: EventRouterOptions) {
    this.#options = options;
    this.#rules = options.model.rules
      .filter(({ pattern }) => pattern !== undefined)
      .map((spec) => ({ spec, matches: compilePattern(spec.pattern ?? {}, spec.name) }));
    for (const { name, targets } of options.model.rules)
      for (const target of targets) this.#check(name, target);
  }

  /** An event on a bus; its deliveries go on by themselves. */
  publish(eventBusName: string, event: EventBridgeEvent): void {
    this.#published += 1;
    for (const { spec, matches } of this.#rules) {
      if (spec.eventBusName !== eventBusName || !matches({ ...event })) continue;
      for (const target of spec.targets) this.#track(this.deliver(target, event));
    }
  }

  /** Delivers with the target's retries; the last result, `undefined` for a queue. */
  async deliver(target: RuleTarget, event: object): Promise<InvokeResult | undefined> {
    const payload = JSON.stringify(target.input ?? event);
    if (target.arn.startsWith('arn:aws:sqs:')) {
      await this.#untilSent(target.arn, payload);
      return undefined;
    }
    return this.#invoke(functionNameOf(target.arn), payload);
  }

  /** Delivers a schedule's event, and answers what came of it, at the first attempt if it went to a queue. */
  async fire(target: RuleTarget, event: object): Promise<InvokeResult | undefined> {
    if (!target.arn.startsWith('arn:aws:sqs:')) return this.deliver(target, event);
    this.#fired += 1;
    const { queue, messageId } = await this.#untilSent(target.arn, JSON.stringify(target.input ?? event));
    return this.#options.firstAttempt?.(queue, messageId);
  }

  /** Counts the schedules' events that went to queues since the start. */
  get fired(): number {
    return this.#fired;
  }

  /** Counts the events since the start. */
  get published(): number {
    return this.#published;
  }

  get pending(): number {
    return this.#deliveries.size;
  }

  async settled(): Promise<void> {
    while (this.#deliveries.size > 0) await Promise.all(this.#deliveries);
  }

  /** No more retries; waits for what runs. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.settled();
  }

  /** Asynchronous invocation: retries, then the failure's destination. */
  async #invoke(functionName: string, payload: string): Promise<InvokeResult> {
    const { pool, model } = this.#options;
    const config = model.invokeConfigs.find(
      (candidate) => functionNameOf(candidate.functionName) === functionName,
    );
    const retries = config?.maxRetries ?? DEFAULT_ASYNC_RETRIES;
    let result = await pool.invoke(functionName, payload);
    let attempts = 1;
    for (; attempts <= retries && !result.ok && !this.#stop.signal.aborted; attempts++) {
      await sleep(RETRY_BASE_MS * 2 ** (attempts - 1), undefined, { signal: this.#stop.signal }).catch(
        () => undefined,
      );
      result = await pool.invoke(functionName, payload, result.requestId);
    }
    if (!result.ok && config?.failureQueueArn !== undefined)
      this.#send(
        config.failureQueueArn,
        failureRecord(pool.spec(functionName).arn, payload, attempts, result),
      );
    return result;
  }

  /** EventBridge tries for a day to hand over an event that its target doesn't take, as on a full disk. */
  async #untilSent(queueArn: string, body: string): Promise<SentTo> {
    for (;;) {
      try {
        return this.#send(queueArn, body);
      } catch (error) {
        if (!isDiskFull(error) || this.#stop.signal.aborted) throw error;
        await sleep(RETRY_BASE_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }

  #send(queueArn: string, body: string): SentTo {
    const queues = this.#options.queues();
    const queue = queues.nameOfArn(queueArn) ?? queueArn;
    return { queue, messageId: queues.send(queue, body).id };
  }

  #track(delivery: Promise<unknown>): void {
    // One that the end of the platform cuts is forgotten.
    const tracked = delivery.catch(() => undefined).finally(() => this.#deliveries.delete(tracked));
    this.#deliveries.add(tracked);
  }

  #check(rule: string, { arn }: RuleTarget): void {
    const { pool, model } = this.#options;
    const exists = arn.startsWith('arn:aws:sqs:')
      ? model.queues.some((queue) => queue.arn === arn)
      : pool.has(functionNameOf(arn));
    if (!exists) throw new StartError(`rule ${rule}: its target ${arn} is not in the templates`);
  }
}

/** Returns the record that Lambda sends to the destination of a failed asynchronous invocation. */
function failureRecord(
  functionArn: string,
  payload: string,
  approximateInvokeCount: number,
  { requestId, error }: Extract<InvokeResult, { ok: false }>,
): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: { requestId, functionArn, condition: 'RetriesExhausted', approximateInvokeCount },
    requestPayload: JSON.parse(payload),
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: error,
  });
}
