import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import type { TestRequest, TestResponse } from '#tests/support/request.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callerOf, callRoute, pathParameters, sendExample } from './route-fixtures.ts';

/** Routes that change no record of their own: they ask for something that a worker does, read a file, or end sessions. */
const CHANGE_NO_RECORD = [
  'sendPasswordReset',
  'endMySession',
  'endMySessions',
  'endUserSessions',
  'enrolSecondFactor',
  'beginPasskey',
  'fetchBankFile',
  'reverseForfeitureUse',
];
/** Routes that refuse a wrong code or password as they do any other wrong field. */
const REFUSE_BY_A_422 = ['changePassword', 'confirmSecondFactor', 'stepUp'];
/** The number of writing routes whose example is accepted as it is, by a tenant with one row in every table. */
const AT_LEAST_DONE = 12;

const FIELD_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:field-key';

const REPOSITORY = join(import.meta.dirname, '../..');

let database: TestDatabase;
let aws: TestAws;
const tenants: Record<'ISSUER' | 'SPONSOR', TestTenant> = {} as never;
const done: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws({ secrets: [{ name: 'field-key', arn: FIELD_KEY_ARN, initialValue: 'of the test' }] });
  process.env.FIELD_KEY_SECRET_ARN = FIELD_KEY_ARN;
  for (const type of ['ISSUER', 'SPONSOR'] as const) {
    tenants[type] = await insertTestTenant(database.admin, type);
    await fillTables(database.admin, [tenants[type].id]);
  }
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

const ofTenants = routes.filter(
  ({ roles, database: onDatabase }) =>
    onDatabase !== false &&
    roles !== 'PUBLIC' &&
    (roles as readonly string[]).some((role) => role !== 'OPERATOR'),
);

interface Entry {
  readonly action: string;
  readonly resource: string;
  readonly problem: string | null;
  readonly tenant_id: string;
  readonly changes: readonly Change[] | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Change {
  readonly resource: string;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** The entries that were not there before. */
async function entriesOf(work: () => Promise<unknown>): Promise<Entry[]> {
  const { admin } = database;
  const known = (await admin.query<{ id: string }>('select id from audit_log')).rows.map(({ id }) => id);
  await work();
  const { rows } = await admin.query<Entry>(
    'select action, resource, problem, tenant_id, changes, payload, actor_id, source_ip from audit_log where id <> all ($1)',
    [known],
  );
  return rows;
}

async function send(
  route: RouteEntry,
  request: TestRequest = {},
): Promise<{ tenant: TestTenant; answer: TestResponse }> {
  const tenant = tenants[route.tenants?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER'];
  return { tenant, answer: await sendExample(database.admin, route, tenant, request) };
}

/** The values after a change are those of the record, as far as the trail shows them. */
async function areOfTheDatabase(changes: readonly Change[]): Promise<void> {
  expect(changes).not.toEqual([]);
  for (const { resource, before, after } of changes) {
    expect(Object.keys(after ?? before ?? {})).not.toEqual([]);
    const [collection = '', key] = resource.split('/');
    const table = TABLES[collection] ?? collection.replaceAll('-', '_');
    const column = KEYS[table] ?? 'id';
    const { rows } = await database.admin.query<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) as row from ${table} t where ${column}::text = $1`,
      [key],
    );
    const shown = Object.entries(after ?? before ?? {}).filter(([, value]) => value !== '***');
    const record = expect.objectContaining(
      Object.fromEntries(
        shown.map(([name, value]) => [
          name,
          rows.some(({ row }) => typeof row[name] === 'number') && value !== null ? Number(value) : value,
        ]),
      ),
    );
    const found = expect(rows.map(({ row }) => row));
    if (after === null) found.not.toContainEqual(record);
    else found.toContainEqual(record);
  }
}

const TABLES: Readonly<Record<string, string>> = {
  approvals: 'change_requests',
  'bank-files': 'inbound_files',
};
/** Routes whose work is in transactions of its own: their own entry has no values. */
const IN_PARTS: ReadonlySet<string> = new Set(['decideChanges']);
/** Routes whose example changes nothing: the holder is open. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['reopenShareholder']);
/** Routes whose entry names what people know: the user of a directory, the settings as the address has them, the holder of a form. */
const OF_SOMETHING_WIDER: ReadonlySet<string> = new Set([
  'changePlanDocument',
  'deleteScimUser',
  'moveClock',
  'replaceScimUser',
  'resolveTransaction',
  'setPaymentSettings',
  'setRegisterSettings',
  'setSignInSettings',
  'setTaxCertification',
]);
const KEYS: Readonly<Record<string, string>> = {
  directory_users: 'user_id',
  directory_members: 'group_id',
  participants: 'employee_id',
  payment_settings: 'tenant_id',
  register_settings: 'tenant_id',
  security_classes: 'code',
  payment_runs: 'dividend_id',
  plan_document_versions: 'document_id',
  sign_in_settings: 'tenant_id',
  tax_certifications: 'shareholder_id',
};

describe('a request that writes adds one audit entry, and one that is wrong adds none', () => {
  test.each(ofTenants.filter(({ audit }) => audit !== undefined))('$operationId', async (route) => {
    let sent: Awaited<ReturnType<typeof send>> | undefined;
    const entries = await entriesOf(async () => {
      sent = await send(route);
    });
    const { answer, tenant } = sent as Awaited<ReturnType<typeof send>>;
    expect(answer.status, answer.text).toBeLessThan(500);
    if (answer.status === 403) return expect(entries).toMatchObject([{ problem: expect.any(String) }]);
    const isRefused = REFUSE_BY_A_422.includes(route.operationId);
    if (answer.status >= 400)
      return expect(entries).toMatchObject(isRefused ? [{ payload: { wrong: expect.any(String) } }] : []);
    if (WITHOUT_EFFECT.has(route.operationId)) return expect(entries).toEqual([]);
    done.push(route.operationId);
    if (answer.status === 201 && 'created_by' in answer.body)
      expect(answer.body.created_by).toBe(callerOf(route, tenant)?.actorId);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ tenant_id: tenant.id, problem: null });
    // A parameter that isn't an id may be free text: the resource and the changes name it, and the payload doesn't.
    for (const parameter of pathParameters(route).filter((one) => one !== 'id' && !one.endsWith('_id')))
      expect(entries[0]?.payload[parameter], parameter).toBe('***');
    if (CHANGE_NO_RECORD.includes(route.operationId) || IN_PARTS.has(route.operationId)) return;
    const [{ resource, changes }] = entries as [Entry & { changes: readonly Change[] }];
    if (!OF_SOMETHING_WIDER.has(route.operationId))
      expect(changes.map((change) => change.resource)).toContain(resource);
    await areOfTheDatabase(entries[0]?.changes ?? []);
  });

  test('and enough of them were done', () => {
    expect(done.length, done.join(', ')).toBeGreaterThanOrEqual(AT_LEAST_DONE);
  });
});

const REQUIRED_QUERIES: Readonly<Record<string, Record<string, string>>> = {
  getVestingReport: { period: '2026-01' },
  get1099DivReport: { year: '2026' },
  get1042SReport: { year: '2026' },
};
const disclosing = ofTenants.filter(({ discloses }) => discloses);

describe('a page of many people’s data adds an entry: who read which list, with which filters, and how many rows', () => {
  test.each(disclosing)('$operationId', async (route) => {
    let sent: Awaited<ReturnType<typeof send>> | undefined;
    const entries = await entriesOf(async () => {
      sent = await send(route, { query: REQUIRED_QUERIES[route.operationId] ?? {} });
    });
    const { answer, tenant } = sent as Awaited<ReturnType<typeof send>>;
    expect(answer.status, answer.text).toBe(200);
    expect(entries).toMatchObject([
      {
        action: 'personal-data.read',
        tenant_id: tenant.id,
        actor_id: callerOf(route, tenant)?.actorId,
        source_ip: expect.any(String),
        problem: null,
        payload: {
          operation: route.operationId,
          further_page: false,
          rows: (answer.body.data ?? answer.body.Resources).length,
        },
      },
    ]);
  });

  test('and the lists that hold such data say so', () => {
    // Those that operators read across tenants, too.
    const silent = routes.filter(
      ({ discloses, response }) => discloses === undefined && response !== undefined && listsPeople(response),
    );
    expect(silent.map(({ operationId }) => operationId).sort()).toEqual(
      [...OF_ONE_PERSON, ...OF_NOBODY].sort(),
    );
  });
});

/** Lists that hold data of one person, whom their path names. */
const OF_ONE_PERSON = [
  'listMyPlans',
  'listParticipantBankAccounts',
  'listShareholderBankAccounts',
  'listShareholderVotes',
];

/** Lists whose names are not those of people. */
const OF_NOBODY = [
  'listApiKeys',
  'listConnections',
  'listDropCredentials',
  'listExecutions',
  'listPasskeys',
  'listPlanDocuments',
  'listQueues',
  'listSchedules',
  'listSecurityClasses',
  'listSignInConnections',
  'listTenants',
  'listUploadMappings',
];

/** Fields that are of a person, or name one. */
const PERSONAL = /^(.+_)?(email|name|employee_id|shareholder_id|requested_by)$/;

/** Whether items of the list have such a field. */
function listsPeople(response: z.ZodType): boolean {
  const { properties = {} } = z.toJSONSchema(response, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, { items?: { properties?: Record<string, unknown> } }>;
  };
  return Object.keys(properties.data?.items?.properties ?? {}).some((field) => PERSONAL.test(field));
}

describe('an answer with the URL of a file of people’s data adds an entry', () => {
  /** Statements after which the filled row has its files. */
  const WITH_FILES: Readonly<Record<string, string>> = {
    getReportExport: `update report_exports set state = 'DONE', object_key = 'reports/filled.csv', rows = 3, completed_at = now()`,
    getUpload: `update uploads set state = 'COMPLETED', errors_key = 'errors/filled.csv', changes_key = 'changes/filled.csv', completed_at = now()`,
  };
  /** Their URLs are those of others. */
  const OF_NO_FILE = ['getWebhook'];
  const handsOut = ({ method, response }: RouteEntry) => {
    if (method !== 'GET' || response === undefined) return false;
    const { properties = {} } = z.toJSONSchema(response, { io: 'input', unrepresentable: 'any' }) as {
      properties?: Record<string, unknown>;
    };
    return Object.keys(properties).some((field) => /^(url|errors_url|changes_url)$/.test(field));
  };

  test.each(Object.entries(WITH_FILES))('%s: once a minute for each reader', async (operationId, fill) => {
    const route = routes.find((one) => one.operationId === operationId) as RouteEntry;
    await database.admin.query(fill);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    try {
      let sent: Awaited<ReturnType<typeof send>> | undefined;
      const entries = await entriesOf(async () => {
        for (let times = 0; times < 3; times += 1) sent = await send(route);
      });
      const { answer, tenant } = sent as Awaited<ReturnType<typeof send>>;
      expect(JSON.stringify(answer.body)).toContain('X-Amz-Signature');
      expect(entries).toMatchObject([
        {
          action: 'personal-data.read',
          tenant_id: tenant.id,
          actor_id: callerOf(route, tenant)?.actorId,
          source_ip: expect.any(String),
          problem: null,
          payload:
            operationId === 'getUpload' ? { kind: 'shareholders' } : { report: 'transactions', rows: 3 },
        },
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('and every route that answers one is known, and every URL is signed where its entry is written', () => {
    const known = [...Object.keys(WITH_FILES), ...OF_NO_FILE];
    expect(
      routes
        .filter(handsOut)
        .map(({ operationId }) => operationId)
        .sort(),
    ).toEqual(known.sort());
    const signing = globSync('{functions,shared}/**/*.ts', { cwd: REPOSITORY }).filter((path) =>
      /\bpresignGet\b/.test(readFileSync(join(REPOSITORY, path), 'utf8')),
    );
    // Whoever fetches a file of payments writes that into the file's own row, with its entry.
    expect(signing.sort()).toEqual([
      'shared/payments/files/fetch-file.ts',
      'shared/platform/http/hand-out.ts',
      'shared/platform/storage/presigned.ts',
    ]);
  });
});

describe('an operator who lists the changes of a tenant', () => {
  test('leaves an entry in that tenant’s trail', async () => {
    const operator = await insertTestOperator(database.admin);
    const route = routes.find(({ operationId }) => operationId === 'listTenantApprovals') as RouteEntry;
    let answer: TestResponse | undefined;
    const entries = await entriesOf(async () => {
      answer = await callRoute(route, { as: operator, params: { id: tenants.ISSUER.id } });
    });
    expect(answer?.body.data.length).toBeGreaterThan(0);
    expect(entries).toMatchObject([
      {
        action: 'personal-data.read',
        tenant_id: tenants.ISSUER.id,
        actor_id: operator.actorId,
        payload: { operation: 'listTenantApprovals', rows: answer?.body.data.length },
      },
    ]);
  });
});

describe('a request that reads something else adds none', () => {
  test.each(ofTenants.filter(({ audit, discloses }) => audit === undefined && discloses === undefined))(
    '$operationId',
    async (route) => {
      expect(await entriesOf(() => send(route))).toEqual([]);
    },
  );
});

test('every route that can write says which entry it adds', () => {
  const silent = routes.filter(({ method, audit }) => method !== 'GET' && audit === undefined);
  // They write nothing of a tenant's: a what-if, a preview, something to sign, and the stand-in for a bank.
  expect(silent.map(({ operationId }) => operationId).sort()).toEqual(
    [
      'beginPasskeySignIn',
      'calculateVesting',
      'createBankPayment',
      'previewDividend',
      'previewRetention',
    ].sort(),
  );
});
