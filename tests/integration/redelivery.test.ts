import type { SQSEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { queueUrlVariable } from '#contracts/resources.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { consumer } from '#platform/queue/consumer.ts';
import {
  consumptionOf,
  FIRINGS_GIVEN_UP,
  maxReceivesOf,
  type QueueJob,
  type ScheduledJob,
} from '#platform/queue/job.ts';
import { scheduled } from '#platform/queue/scheduled.ts';
import { queueName, type TestAws, testAws } from '#tests/support/aws-services.ts';
import { drain, failedTries, redrive, takeAll, type Worker } from '#tests/support/queue-driver.ts';
import { testContext } from '#tests/support/request.ts';
import { jobs } from '../../shared/jobs.ts';

const queueJobs = jobs.filter((job): job is (typeof jobs)[number] & QueueJob => job.kind === 'queue');
const scheduledJobs = jobs.filter(
  (job): job is (typeof jobs)[number] & ScheduledJob => job.kind === 'scheduled',
);
const Message = z.object({ id: z.string() });
const OUTAGES = {
  database: () => new DomainError('temporarily-unavailable', 'The database is restarting.'),
  'service of AWS': () =>
    Object.assign(new Error('slow down'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } }),
  network: () => Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }),
};
/** The deliveries within an outage of twenty minutes, at the most: the shortest pauses add up to it (pauses.test.ts). */
const DELIVERIES = 16;
/** An outage here is an error that is thrown: nothing has to come back meanwhile. */
const NO_PAUSE_MS = 0;

let aws: TestAws;
beforeAll(async () => {
  aws = await testAws();
});
afterAll(() => aws.close());
afterEach(async () => {
  for (const { queue } of queueJobs) {
    await takeAll(aws, queue);
    await takeAll(aws, `${queue}-dlq`);
  }
  await takeAll(aws, FIRINGS_GIVEN_UP);
});

/** A worker of a job that fails as the list says, one delivery after another, and then succeeds. */
function worker(job: QueueJob, errors: readonly (() => Error)[]) {
  const left = [...errors];
  const done: string[] = [];
  const isFinal: boolean[] = [];
  const run: Worker = consumer(job, Message, async (delivery) => {
    const error = left.shift()?.();
    if (error === undefined) done.push(delivery.message.id);
    else {
      isFinal.push(delivery.isFinal(error));
      throw error;
    }
  });
  return { run, done, isFinal };
}

const send = ({ queue }: QueueJob, id = 'one') =>
  aws.endpoint.queues.send(queueName(queue), JSON.stringify({ id }));
const drained = (queue: string, run: Worker) => drain(aws, queue, run, NO_PAUSE_MS);
const deadLetters = ({ queue }: QueueJob) =>
  aws.endpoint.queues.attributes(queueName(`${queue}-dlq`)).visible;
const times = <T>(count: number, value: T): T[] => Array<T>(count).fill(value);
const defect = () => new Error('poison');

describe.each(queueJobs)('$name', (job) => {
  test('survives outages of twenty minutes, whatever is away, and loses no try', async () => {
    const errors = Object.values(OUTAGES).flatMap((error) => times(DELIVERIES, error));
    const { run, done, isFinal } = worker(job, errors);
    send(job);
    expect(await failedTries(aws, job.queue, run, NO_PAUSE_MS)).toEqual([]);
    expect(done).toEqual(['one']);
    expect(isFinal).toEqual(times(errors.length, false));
    expect(deadLetters(job)).toBe(0);
  });

  test('gives up what fails for itself after its tries, outages in between or not, and is redriven afresh', async () => {
    const errors = times(job.tries, [OUTAGES.database, OUTAGES.network, defect]).flat();
    const { run, done, isFinal } = worker(job, [...errors, defect]);
    send(job);
    expect(await failedTries(aws, job.queue, run, NO_PAUSE_MS)).toEqual(
      times(job.tries, 0).map((_, index) => index + 1),
    );
    expect(isFinal).toEqual([...times(errors.length - 1, false), true]);
    expect([done, deadLetters(job)]).toEqual([[], 1]);
    redrive(aws, job.queue);
    expect(await failedTries(aws, job.queue, run, NO_PAUSE_MS)).toEqual([1]);
    expect([done, deadLetters(job)]).toEqual([['one'], 0]);
  });

  test('is not given up because its function does not start or dies', async () => {
    const { run, done } = worker(job, []);
    send(job);
    let starts = 0;
    await drained(job.queue, async (event, context) => {
      starts += 1;
      if (starts > 20) return run(event, context);
      return { batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
    expect([done, deadLetters(job)]).toEqual([['one'], 0]);
  });
});

describe.each(scheduledJobs)('a firing of $name', (job) => {
  const { queue, tries } = consumptionOf(job);
  const event = { id: 'firing', time: '2027-03-31T04:00:00Z', resources: ['the rule'] };
  const given = () => aws.endpoint.queues.attributes(queueName(FIRINGS_GIVEN_UP)).visible;

  /** Answers the times for which the job has run, and how often its function has failed. */
  async function fire(errors: readonly (() => Error)[]) {
    const left = [...errors];
    const done: string[] = [];
    let alarms = 0;
    const handler = scheduled(job, async ({ time }) => {
      const error = left.shift()?.();
      if (error !== undefined) throw error;
      done.push(time.toISOString());
      return {};
    });
    aws.endpoint.queues.send(queueName(queue), JSON.stringify(event));
    await drained(queue, async (records, context) => {
      try {
        return await handler(records, context);
      } catch {
        alarms += 1;
        return { batchItemFailures: records.Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
      }
    });
    return { done, alarms };
  }

  test('waits for what is away for twenty minutes, and runs for the time at which it was due', async () => {
    const errors = Object.values(OUTAGES).flatMap((error) => times(DELIVERIES, error));
    expect(await fire(errors)).toEqual({ done: ['2027-03-31T04:00:00.000Z'], alarms: 0 });
    expect(given()).toBe(0);
  });

  test('that fails for itself raises the alarm of its function at each try, and ends where a person finds it', async () => {
    expect(await fire(times(tries + 1, defect))).toEqual({ done: [], alarms: tries });
    expect(await takeAll(aws, FIRINGS_GIVEN_UP)).toEqual([event]);
  });
});

const job = queueJobs[0] as QueueJob;

test('an outage that is longer than a message may wait ends among the dead letters', async () => {
  const receives = maxReceivesOf(job);
  const { run, isFinal } = worker(job, times(receives, OUTAGES.database));
  send(job);
  await drained(job.queue, run);
  expect(isFinal).toEqual([...times(receives - 1, false), true]);
  expect(deadLetters(job)).toBe(1);
});

test('a failure that can not be counted, since the queue is away too, comes back with its count', async () => {
  const { run, done } = worker(job, times(job.tries * 2, defect));
  send(job);
  const variable = queueUrlVariable(job.queue);
  const url = process.env[variable];
  const counts = new Set<string | undefined>();
  let deliveries = 0;
  await drained(job.queue, async (event: SQSEvent, context) => {
    for (const { messageAttributes } of event.Records) counts.add(messageAttributes.failures?.stringValue);
    deliveries += 1;
    if (deliveries <= job.tries * 2) process.env[variable] = `${url}-gone`;
    try {
      return await run(event, context);
    } finally {
      process.env[variable] = url;
    }
  });
  expect([done, [...counts], deadLetters(job)]).toEqual([['one'], [undefined], 0]);
});

test('work that outlives its function counts as a failure, before the function is stopped', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const run = consumer(job, Message, () => promise);
  send(job);
  const name = queueName(job.queue);
  const received = await aws.endpoint.queues.receive(name, { waitMs: 0 });
  const Records = received.map(({ messageAttributes: _, ...message }) => ({
    ...message,
    messageAttributes: {},
  }));
  const stopped = run({ Records } as never, { ...testContext(), getRemainingTimeInMillis: () => 0 });
  await expect.poll(() => aws.endpoint.queues.attributes(name)).toMatchObject({ visible: 1, notVisible: 0 });
  const [copy] = await aws.endpoint.queues.receive(name, { waitMs: 0 });
  expect(copy?.messageAttributes.failures?.StringValue).toBe('1');
  resolve();
  await stopped;
});
