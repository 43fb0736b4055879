import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { METRIC_NAMESPACE } from '#contracts/metric-namespace.ts';
import { ENVIRONMENT_DIMENSION } from '#contracts/metrics.ts';
import { handler as listDeadLettersHandler } from '#functions/operations/list-dead-letters.ts';
import { handler as listExecutionsHandler } from '#functions/operations/list-executions.ts';
import { handler as listQueuesHandler } from '#functions/operations/list-queues.ts';
import { handler as listSchedulesHandler } from '#functions/operations/list-schedules.ts';
import { handler as listStuckWorkHandler } from '#functions/operations/list-stuck-work.ts';
import { handler as redriveHandler } from '#functions/operations/redrive-dead-letters.ts';
import {
  listDeadLetters,
  listExecutions,
  listQueues,
  listSchedules,
  listStuckWork,
  redriveDeadLetters,
} from '#operations/operations.routes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { queueName, type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call } from '#tests/support/request.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { jobs } from '../../shared/jobs.ts';

let database: TestDatabase;
let aws: TestAws;
let operator: Principal;
let acme: TestTenant;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
  operator = await insertTestOperator(database.admin);
  acme = await insertTestTenant(database.admin, 'ISSUER');
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const fails = (queue: string, body: object = { of: randomUUID() }) =>
  aws.endpoint.queues.send(queueName(`${queue}-dlq`), {
    body: JSON.stringify(body),
    attributes: { request_id: { DataType: 'String', StringValue: 'the request' } },
  });
const queues = async () => (await call(listQueuesHandler, listQueues, { as: operator })).body.data;
const deadLetters = (queue?: string) =>
  call(listDeadLettersHandler, listDeadLetters, {
    as: operator,
    query: queue === undefined ? {} : { queue },
  });
const redrive = (queue: string, as = operator) =>
  call(redriveHandler, redriveDeadLetters, { as, params: { queue } });

test('every queue of the environment is counted, with where its failures go', async () => {
  const { id } = aws.endpoint.queues.send(queueName('dividends'), '{}');
  aws.endpoint.queues.send(queueName('dividends'), { body: '{}', delaySeconds: 60 });
  const listed = await queues();
  expect(listed.map(({ name }: { name: string }) => queueName(name))).toEqual(aws.endpoint.queues.names());
  const [dividends] = listed.filter(({ name }: { name: string }) => name === 'dividends');
  expect(dividends).toEqual({
    ...{ name: 'dividends', visible: 1, in_flight: 0, delayed: 1, dead_letters: 'dividends-dlq' },
    oldest_age_seconds: expect.any(Number),
  });
  expect(listed.find(({ name }: { name: string }) => name === 'dividends-dlq').dead_letters).toBeNull();
  expect(id).toBeDefined();
});

describe('a message that failed for good', () => {
  test('is looked at and stays where it is, for whoever looks next', async () => {
    const { id } = fails('uploads', { upload_id: 'one' });
    for (const _ of ['once', 'again']) {
      const { data } = (await deadLetters('uploads')).body;
      expect(data).toEqual([
        {
          ...{ id, queue: 'uploads-dlq', received: expect.any(Number), sent_at: expect.any(String) },
          ...{ attributes: { request_id: 'the request' }, body: '{"upload_id":"one"}' },
        },
      ]);
    }
    expect((await deadLetters('uploads-dlq')).body.data).toHaveLength(1);
    expect((await deadLetters()).body.data.map(({ queue }: { queue: string }) => queue)).toEqual([
      'uploads-dlq',
    ]);
  });

  test('goes back to its queue with all its tries, though it has just been looked at; and the trail says who sent it', async () => {
    expect((await deadLetters('uploads')).body.data).toHaveLength(1);
    const answer = await redrive('uploads');
    expect([answer.status, answer.body]).toEqual([202, { queue: 'uploads', messages: 1 }]);
    expect((await deadLetters('uploads')).body.data).toEqual([]);
    const [message] = await aws.endpoint.queues.receive(queueName('uploads'));
    expect(message).toMatchObject({
      body: '{"upload_id":"one"}',
      attributes: { ApproximateReceiveCount: '1' },
    });
    const { rows } = await database.admin.query(
      `select actor_id, resource from audit_log where action = 'redrive.ordered'`,
    );
    expect(rows).toEqual([{ actor_id: operator.actorId, resource: 'queues/uploads' }]);
  });

  test('there is none: nothing is moved, and the answer says so', async () => {
    expect((await redrive('outbox-dividends')).status).toBe(404);
    expect((await redrive('dividends')).body).toEqual({ queue: 'dividends', messages: 0 });
  });
});

test.each([
  ['schedules', 409, 'docs/runbooks/dlq-redrive.md'],
  ['rejected-rows', 409, 'errors file'],
  ['no-such-queue', 404, 'GET /operations/queues'],
])('%s is not redriven: %d', async (queue, status, detail) => {
  const answer = await redrive(queue);
  expect(answer.status).toBe(status);
  expect(answer.body.detail).toContain(detail);
});

test('rows of tenants are shown to no operator', async () => {
  aws.endpoint.queues.send(queueName('rejected-rows'), '{"row":["Ada Holder"]}');
  expect(JSON.stringify((await deadLetters()).body)).not.toContain('Ada');
  expect((await deadLetters('rejected-rows')).status).toBe(409);
});

test('every schedule is listed, with how its last day went', async () => {
  const now = Date.now();
  const ran = (job: string, outcome: string, minutesAgo: number) =>
    aws.endpoint.metrics.add(
      {
        ...{ namespace: METRIC_NAMESPACE, name: 'JobDuration' },
        dimensions: { [ENVIRONMENT_DIMENSION]: 'test', job, kind: 'scheduled', outcome },
      },
      1,
      now - minutesAgo * 60_000,
    );
  ran('purge-expired', 'done', 90);
  ran('purge-expired', 'failed', 10);
  ran('purge-expired', 'done', 25 * 60);
  const { data } = (await call(listSchedulesHandler, listSchedules, { as: operator })).body;
  expect(data.map(({ name }: { name: string }) => name)).toEqual(
    jobs
      .filter(({ kind }) => kind === 'scheduled')
      .map(({ name }) => name)
      .sort(),
  );
  const found = (wanted: string) => data.find(({ name }: { name: string }) => name === wanted);
  const { last_run_at: last, ...purge } = found('purge-expired');
  expect(purge).toMatchObject({ expression: 'cron(0 4 * * ? *)', enabled: true, runs: 2, failures: 1 });
  expect(Math.abs(Date.parse(last) - (now - 10 * 60_000))).toBeLessThan(300_000);
  expect(found('schedule-vesting')).toMatchObject({ last_run_at: null, runs: 0, failures: 0 });
});

test.each(['ADMIN', 'OPS', 'COMPLIANCE'] as const)('%s of a tenant sees none of it', async (role) => {
  expect((await call(listQueuesHandler, listQueues, { as: acme.as(role) })).status).toBe(403);
  expect((await redrive('uploads', acme.as(role))).status).toBe(403);
  expect((await call(listSchedulesHandler, listSchedules, { as: acme.as(role) })).status).toBe(403);
  expect((await call(listStuckWorkHandler, listStuckWork, { as: acme.as(role) })).status).toBe(403);
  expect((await call(listExecutionsHandler, listExecutions, { as: acme.as(role) })).status).toBe(403);
});
