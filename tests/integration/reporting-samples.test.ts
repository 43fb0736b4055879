import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { APIGatewayProxyResult, Context, SQSBatchResponse } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVENT_TYPES } from '#contracts/event-types.ts';
import { handler as listShareholders } from '#functions/register/list-shareholders.ts';
import { handler as validateUpload } from '#functions/workers/validate-upload.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { testContext } from '#tests/support/request.ts';
import { insertSession } from '#tests/support/tenants.ts';

const EVENTS = join(import.meta.dirname, '../../events');

let database: TestDatabase;
let aws: TestAws;
beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** The handler of each sample event, and the expected result when the data doesn't exist. */
const SAMPLES: Readonly<Record<string, { handler: unknown; check(result: unknown): void }>> = {
  'list-shareholders.json': {
    handler: listShareholders,
    check: (result) => {
      const { statusCode, body } = result as APIGatewayProxyResult;
      expect([statusCode, JSON.parse(body)]).toEqual([200, { data: [], next_cursor: null }]);
    },
  },
  'upload-created.json': {
    handler: validateUpload,
    check: (result) => expect((result as SQSBatchResponse).batchItemFailures).toEqual([]),
  },
};

/** Inserts the caller of the sample request, whom the database must know. */
async function insertSampleCaller(): Promise<void> {
  const { requestContext } = JSON.parse(readFileSync(join(EVENTS, 'list-shareholders.json'), 'utf8'));
  const { tid, sub, sid, role } = requestContext.authorizer;
  const { admin } = database;
  const { rowCount } = await admin.query(
    `insert into tenants (id, slug, name, type) values ($1, 'sample', 'Sample', 'ISSUER') on conflict do nothing`,
    [tid],
  );
  if (rowCount === 0) return;
  await admin.query(
    `insert into users (tenant_id, id, email, role, password_hash) values ($1, $2, 'ops@sample.example', $3, 'none')`,
    [tid, sub, role],
  );
  await insertSession(admin, { tenantId: tid, actorId: sub, sessionId: sid });
}

const files = readdirSync(EVENTS).filter((name) => name.endsWith('.json'));

describe('sample events', () => {
  test.each(files)('%s runs', async (file) => {
    const sample = SAMPLES[file];
    if (sample === undefined) throw new Error(`${file} is an event for no function that is tested`);
    const event: unknown = JSON.parse(readFileSync(join(EVENTS, file), 'utf8'));
    await insertSampleCaller();
    sample.check(await (sample.handler as Handler)(event, testContext()));
  });
});

test('every event has its schema, and no other', () => {
  const schemas = readdirSync(join(EVENTS, 'schemas'));
  expect(schemas.sort()).toEqual(EVENT_TYPES.map((type) => `${type}.json`).sort());
});
