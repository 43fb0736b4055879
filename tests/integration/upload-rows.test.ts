import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import {
  type DropFolder,
  dropFolder,
  registerOf,
  UPLOAD_HEADER,
  unbalancedHolders,
} from '#tests/support/uploads.ts';

let database: TestDatabase;
let aws: TestAws;
let uploads: DropFolder;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
  uploads = dropFolder(database.admin, aws);
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const newTenant = (type: 'ISSUER' | 'SPONSOR' = 'ISSUER') => insertTestTenant(database.admin, type);

/** Runs statements as the application role would, in one transaction. */
async function asTenant(of: TestTenant, ...statements: string[]): Promise<void> {
  const client = await database.connectAsApp();
  await client.query('begin');
  await client.query(`select set_config('app.tenant_id', $1, true)`, [of.id]);
  for (const statement of statements) await client.query(statement);
  await client.query('commit');
  await client.end();
}

/** The sum of each class, as `reference class shares`. */
async function classesOf(of: TestTenant): Promise<string[]> {
  const { rows } = await database.admin.query(
    `select h.external_ref || ' ' || e.security_class || ' ' || trim_scale(sum(e.delta)) as held
       from position_entries e join shareholders h on h.id = e.shareholder_id
      where e.tenant_id = $1 group by h.external_ref, e.security_class order by 1`,
    [of.id],
  );
  return rows.map(({ held }) => held);
}

async function foundRegister(of: TestTenant) {
  return (await registerOf(database.admin, of.id)).map(({ name, holdings }) => ({
    name,
    holdings: Number(holdings),
  }));
}

describe('rows', () => {
  test('of a repeated reference: the first wins, each later one names its line', async () => {
    const of = await newTenant();
    const upload = await uploads.load(
      `${UPLOAD_HEADER}B,first,,1\nA,one,,2\n B ,second,,3\nC,c,,x\nC,good,,4\nB,third,,5\n`,
      of,
    );
    expect(upload).toMatchObject({ rows: 6, accepted: 3, rejected: 3 });
    const message = 'The same external_ref is already on line 2.';
    expect(upload.errors).toEqual([
      { line: 4, column: 'external_ref', code: 'duplicate-external-ref', message },
      expect.objectContaining({ line: 5, code: 'invalid-number' }),
      { line: 7, column: 'external_ref', code: 'duplicate-external-ref', message },
    ]);
    expect((await foundRegister(of)).map(({ name }) => name)).toEqual(['one', 'first', 'good']);
  });

  test('are staged in a table that is gone with them', async () => {
    await uploads.load(`${UPLOAD_HEADER}A,one,,1\n`, await newTenant());
    // The session that had the table ends by itself.
    const staged = async () =>
      (await database.admin.query(`select relname from pg_class where relpersistence = 't'`)).rows;
    await expect.poll(staged, { timeout: 30_000 }).toEqual([]);
  });

  test.each([
    ['sorted', ['A', 'B', 'C', 'D']],
    ['sorted, with repeated references', ['A', 'B', 'B', 'C', 'A', 'D']],
    ['not sorted', ['C', 'A', 'D', 'B']],
    ['not sorted, with repeated references', ['C', 'A', 'C', 'D', 'B', 'A']],
  ])('of a file that is %s get ids in the order of their references', async (_, references) => {
    const of = await newTenant();
    await uploads.load(
      `${UPLOAD_HEADER}${references.map((reference) => `${reference},N,,1\n`).join('')}`,
      of,
    );
    const { rows } = await database.admin.query(
      'select external_ref from shareholders where tenant_id = $1 order by id',
      [of.id],
    );
    expect(rows.map(({ external_ref }) => external_ref)).toEqual(['A', 'B', 'C', 'D']);
  });

  test('that are all the same reference are as many errors but one', async () => {
    const upload = await uploads.load(`${UPLOAD_HEADER}${'A,N,,1\n'.repeat(20_000)}`, await newTenant());
    expect(upload).toMatchObject({ rows: 20_000, accepted: 1, rejected: 19_999 });
  });

  test('of closed holders are refused; the rest lands', async () => {
    const of = await newTenant();
    await uploads.load(`${UPLOAD_HEADER}A,Ann,,1\nB,Bob,,0\n`, of);
    await database.admin.query(
      `update shareholders set status = 'CLOSED' where tenant_id = $1 and external_ref = 'B'`,
      [of.id],
    );
    const upload = await uploads.load(`${UPLOAD_HEADER}A,Ann,,5\nB,Bob,,7\n`, of);
    expect(upload).toMatchObject({ accepted: 1, rejected: 1 });
    expect(upload.errors).toMatchObject([{ line: 3, code: 'holder-closed' }]);
    expect(await foundRegister(of)).toMatchObject([{ holdings: 5 }, { holdings: 0 }]);
  });

  test('set one class, and leave what a holder has in others', async () => {
    const of = await newTenant();
    await uploads.load(`${UPLOAD_HEADER}A,Ann,,10\nB,Bob,,10\n`, of);
    await declareClasses(database.admin, of, 'PREF');
    await asTenant(
      of,
      `with change as (insert into position_changes (security_class, reason, source) values ('PREF', 'correction', 'test') returning id)
       update shareholders set holdings = 15, position_change_id = change.id from change`,
    );
    const before = await classesOf(of);
    expect(before).toEqual(['A COMMON 10', 'A PREF 5', 'B COMMON 10', 'B PREF 5']);
    const header = 'external_ref,name,email,holdings,security_class\n';
    const same = await uploads.load(`${header}A,Ann,,10,COMMON\nB,Bob,,10,COMMON\n`, of);
    expect(same).toMatchObject({ accepted: 2, rejected: 0 });
    expect(await classesOf(of)).toEqual(before);
    await uploads.load(`${header}A,Ann,,4.9,COMMON\nB,Bob,,0,COMMON\nC,Cy,,1,\n`, of);
    expect(await classesOf(of)).toEqual(['A COMMON 4.9', 'A PREF 5', 'B COMMON 0', 'B PREF 5', 'C COMMON 1']);
    expect(await foundRegister(of)).toMatchObject([{ holdings: 9.9 }, { holdings: 5 }, { holdings: 1 }]);
    expect(await unbalancedHolders(database.admin, of.id)).toEqual([]);
  });

  test('change only the columns they have: without an email column emails stay, an empty cell clears one', async () => {
    const of = await newTenant();
    await uploads.load(`${UPLOAD_HEADER}A,Ann,a@example.com,1\nB,Bob,b@example.com,1\n`, of);
    await uploads.load('external_ref,name,holdings\nA,Ann B,2\nB,Bob,1\n', of);
    expect(await registerOf(database.admin, of.id)).toMatchObject([
      { name: 'Ann B', email: 'a@example.com', version: 2, entries: 2 },
      { email: 'b@example.com', version: 1, entries: 1 },
    ]);
    await uploads.load(
      '{"external_ref":"A","name":"Ann B","holdings":2}\n{"external_ref":"B","name":"Bob","holdings":1,"email":null}\n',
      of,
      'x.ndjson',
    );
    expect(await registerOf(database.admin, of.id)).toMatchObject([
      { email: 'a@example.com', version: 2 },
      { email: null, version: 2, entries: 1 },
    ]);
    const { rows: names } = await database.admin.query(
      'select name from shareholder_names where tenant_id = $1',
      [of.id],
    );
    expect(names).toEqual([{ name: 'Ann' }]);
  });

  test('that are unknown are named in warnings; a file with only a header completes', async () => {
    const of = await newTenant();
    expect(await uploads.load('external_ref,name,holdings,tenant_id\n', of)).toMatchObject({
      ...{ state: 'COMPLETED', rows: 0, accepted: 0, rejected: 0, errors_key: null },
      warnings: [{ column: 'tenant_id', code: 'unknown-column' }],
    });
  });
});
