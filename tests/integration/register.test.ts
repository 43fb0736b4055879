import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { publicPath } from '#contracts/api-paths.ts';
import { findNewestActive } from '#payments/payees/bank-account.repository.ts';
import { encodeCursor } from '#platform/db/cursor.ts';
import { queriesBy } from '#platform/db/kysely.ts';
import { type TenantRead, tenantRead } from '#platform/db/tenant-tx.ts';
import { searchRegister } from '#register/search-register.ts';
import { SHAREHOLDER_SORTS } from '#register/shareholders.routes.ts';
import { routes } from '#routes.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { brokenPositions, daysAgo, Register } from '#tests/support/register.ts';
import type { TestResponse } from '#tests/support/request.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const SORTS = Object.keys(SHAREHOLDER_SORTS.keys).flatMap((key) => [key, `-${key}`]);

let database: TestDatabase;
let acme: TestTenant;
let other: TestTenant;
let ops: Register;
let compliance: Register;
let foreign: Register;

beforeAll(async () => {
  database = await testDatabase();
  acme = await insertTestTenant(database.admin, 'ISSUER');
  await declareClasses(database.admin, acme, 'PREF', 'PREF-A', 'SERIES-B');
  other = await insertTestTenant(database.admin, 'ISSUER');
  ops = new Register(acme.as('OPS'));
  compliance = new Register(acme.as('COMPLIANCE'));
  foreign = new Register(other.as('OPS'));
});
afterAll(() => database.close());
afterEach(async () => expect(await brokenPositions(database.admin)).toEqual([]));

const problem = (status: number, slug: string) => ({ status, body: { type: `/problems/${slug}` } });
/** A problem without what names the request. */
const shape = ({ status, body }: TestResponse) => ({ status, ...body, instance: '' });

async function audited(resource: string): Promise<string[]> {
  const { rows } = await database.admin.query<{ action: string }>(
    'select action from audit_log where resource = $1 order by id',
    [resource],
  );
  return rows.map(({ action }) => action);
}

describe('a holder of record', () => {
  test('has a name and an address in parts, which make the texts, and the old texts still do', async () => {
    const postal_address = {
      lines: ['1 Main Street', 'Floor 2'],
      city: 'Springfield',
      region: 'IL',
      postal_code: '62701',
      country: 'US',
    };
    const address = '1 Main Street, Floor 2, Springfield IL 62701, US';
    const created = await ops.create({
      ...{ external_ref: 'PARTS-1', given_name: 'Ada', family_name: 'Lovelace-Parts' },
      contact: { postal_address },
    });
    const named = {
      name: 'Ada Lovelace-Parts',
      kind: 'PERSON',
      given_name: 'Ada',
      family_name: 'Lovelace-Parts',
    };
    expect(created).toMatchObject({ status: 201, body: { ...named, contact: { address, postal_address } } });
    const { id } = created.body;
    expect((await ops.get(id)).body).toEqual({ ...created.body, too_late_for: undefined });
    const listed = await ops.list({ q: 'lovelace-parts ada' });
    expect(listed.body.data.map((one: { id: string }) => one.id)).toEqual([id]);
    expect((await compliance.setKyc(id, { status: 'VERIFIED' })).status).toBe(200);
    const changed = async (body: object) => {
      const answer = await ops.update(id, body);
      expect(answer.status, answer.text).toBe(200);
      return answer.body;
    };
    expect(await changed({ contact: { postal_address: { lines: ['2'], country: 'GB' } } })).toMatchObject({
      ...named,
      kyc_status: 'VERIFIED',
      contact: {
        address: '2, GB',
        postal_address: { lines: ['2'], city: null, region: null, postal_code: null, country: 'GB' },
      },
    });
    expect(await changed({ contact: { address: 'Poste restante' } })).toMatchObject({
      contact: { address: 'Poste restante', postal_address: null },
    });
    // A verified person of another name has to be verified again.
    expect(await changed({ family_name: 'King' })).toMatchObject({ name: 'Ada King', kyc_status: 'PENDING' });
    expect(await changed({ name: 'King Ltd', kind: 'ORGANISATION' })).toMatchObject({
      ...{ name: 'King Ltd', kind: 'ORGANISATION', given_name: null, family_name: null },
    });
    const refused = async (body: object) => {
      const { status, body: answer } = await ops.update(id, body);
      expect(status).toBe(422);
      return answer.errors.map(({ pointer }: { pointer: string }) => pointer);
    };
    const at = (change: object) => refused({ contact: { postal_address: { ...postal_address, ...change } } });
    expect(await at({ country: 'UK' })).toEqual(['/contact/postal_address/country']);
    expect(await at({ country: 'us' })).toEqual(['/contact/postal_address/country']);
    expect(await at({ lines: [] })).toEqual(['/contact/postal_address/lines']);
    expect(await at({ lines: ['1', '2', '3', '4'] })).toEqual(['/contact/postal_address/lines']);
    expect(await at({ lines: ['x'.repeat(81)] })).toEqual(['/contact/postal_address/lines/0']);
    expect(await at({ postal_code: '1'.repeat(21) })).toEqual(['/contact/postal_address/postal_code']);
    expect(await at({ state: 'IL' })).toEqual(['/contact/postal_address/state']);
    expect(await refused({ kind: 'ORGANISATION', given_name: 'Ada' })).toEqual(['/kind']);
    expect(await refused({ kind: 'TRUST' })).toEqual(['/kind']);
    expect(await refused({ given_name: 'x'.repeat(101) })).toEqual(['/given_name']);
    const nameless = await ops.create({ external_ref: 'PARTS-2', kind: 'PERSON' });
    expect(nameless).toMatchObject({ status: 422, body: { errors: [{ pointer: '/name' }] } });
    const { rows } = await database.admin.query(
      'select payload::text || changes::text as entry from audit_log where resource = $1',
      [`shareholders/${id}`],
    );
    expect(rows.length).toBeGreaterThan(4);
    for (const { entry } of rows)
      expect(entry).not.toMatch(/Ada|Lovelace|King|Main Street|Springfield|62701|Poste/);
    await expect(
      database.admin.query(`update shareholders set given_name = 'Ada' where id = $1`, [id]),
    ).rejects.toMatchObject({ constraint: 'shareholders_parts_of_a_person' });
  });

  test('is entered, read, changed and closed', async () => {
    const contact = { email: 'ada@example.com', phone: '+44 20 7946 0000', address: '1 St James’s Square' };
    const created = await ops.create({
      external_ref: 'A-1',
      name: "Ada O'Hara 🦊",
      contact,
      holdings: '1250.50',
    });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      id: expect.any(String),
      tenant_id: acme.id,
      external_ref: 'A-1',
      name: "Ada O'Hara 🦊",
      ...{ kind: null, given_name: null, family_name: null },
      contact: { ...contact, postal_address: null },
      holdings: '1250.5',
      treasury: false,
      kyc_status: 'UNVERIFIED',
      status: 'ACTIVE',
      version: 1,
      created_at: expect.any(String),
      created_by: acme.as('OPS').actorId,
      updated_at: expect.any(String),
      links: expect.any(Object),
      too_late_for: [],
    });
    const { id, links } = created.body;
    expect(Object.keys(links)).toEqual(['positions', 'dividends', 'votes', 'bank_accounts']);
    const read = routes.filter(({ method }) => method === 'GET').map(publicPath);
    for (const link of Object.values<string>(links)) expect(read).toContain(link.replace(id, '{id}'));
    expect(created.header('location')).toBe(`/api/shareholders/${id}`);
    expect(created.header('etag')).toBe('"1"');
    expect({ ...(await ops.get(id)).body, too_late_for: [] }).toEqual(created.body);

    const renamed = await ops.update(id, { name: 'Ada King', contact: { phone: null } }, 1);
    expect(renamed).toMatchObject({
      status: 200,
      body: { name: 'Ada King', contact: { ...contact, phone: null }, holdings: '1250.5', version: 2 },
    });
    expect(renamed.header('etag')).toBe('"2"');
    expect((await compliance.setKyc(id, { status: 'VERIFIED' }, 2)).body).toMatchObject({
      kyc_status: 'VERIFIED',
    });
    expect(await ops.close(id)).toMatchObject(problem(409, 'shareholder-holds-shares'));
    expect((await ops.update(id, { holdings: '0', reason: 'buy-back' })).body.holdings).toBe('0');
    expect(await ops.close(id)).toMatchObject({ status: 204, text: '' });
    expect((await ops.get(id)).body).toMatchObject({ status: 'CLOSED', name: 'Ada King', version: 5 });
    expect(await audited(`shareholders/${id}`)).toEqual([
      'shareholder.created',
      'shareholder.updated',
      'shareholder.kyc-set',
      'position.adjusted',
      'shareholder.closed',
    ]);
  });

  test('says why and of which day its identity was found as it is, until somebody says otherwise', async () => {
    const { id } = await ops.holder('1');
    const checked = { status: 'VERIFIED', reason: 'Passport seen', effective_date: daysAgo(1) };
    const shown = { kyc_reason: 'Passport seen', kyc_effective_date: daysAgo(1) };
    expect(await compliance.setKyc(id, { ...checked, effective_date: daysAgo(-2) })).toMatchObject({
      ...problem(422, 'validation-failed'),
      body: { errors: [{ pointer: '/effective_date', code: 'future-date' }] },
    });
    expect((await compliance.setKyc(id, checked)).body).toMatchObject({ kyc_status: 'VERIFIED', ...shown });
    expect((await ops.get(id)).body).toMatchObject(shown);
    const renamed = (await ops.update(id, { name: 'Somebody else' })).body;
    expect(renamed.kyc_status).toBe('PENDING');
    expect(Object.keys(renamed).filter((name) => name.startsWith('kyc_'))).toEqual(['kyc_status']);
    expect((await compliance.setKyc(id, { ...checked, reason: undefined })).body).not.toHaveProperty(
      'kyc_reason',
    );
  });

  test('has one reference in a register, and another register may use it too', async () => {
    const body = { external_ref: 'same', name: 'First' };
    expect((await ops.create(body)).body).toMatchObject({
      holdings: '0',
      contact: { email: null, phone: null, address: null },
    });
    expect(await ops.create(body)).toMatchObject(problem(409, 'shareholder-exists'));
    expect((await foreign.create(body)).status).toBe(201);
    expect((await ops.create({ ...body, external_ref: 'Same' })).status).toBe(201);
  });

  test('that is closed stays closed, and closing again changes and audits nothing', async () => {
    const { id } = await ops.holder('0');
    expect((await ops.close(id, 1)).status).toBe(204);
    expect((await ops.close(id, 1)).status).toBe(204);
    expect((await ops.close(id, 2)).status).toBe(204);
    expect(await audited(`shareholders/${id}`)).toEqual(['shareholder.created', 'shareholder.closed']);
    expect(await ops.update(id, { name: 'Back' })).toMatchObject(problem(409, 'shareholder-closed'));
    expect(await ops.update(id, { holdings: '1' })).toMatchObject(problem(409, 'shareholder-closed'));
    expect(await compliance.setKyc(id, { status: 'PENDING' })).toMatchObject(
      problem(409, 'shareholder-closed'),
    );
    const { id: giver } = await ops.holder('5');
    const order = {
      from_shareholder_id: giver,
      to_shareholder_id: id,
      quantity: '1',
      effective_date: daysAgo(0),
    };
    expect(await ops.transfer(order)).toMatchObject(problem(409, 'shareholder-closed'));
    expect((await ops.get(id)).body.version).toBe(2);
  });

  test('that was closed buys again once it is reopened, with its history and its verification', async () => {
    const { id } = await ops.holder('4');
    await compliance.setKyc(id, { status: 'VERIFIED' });
    await ops.update(id, { holdings: '0' });
    expect((await ops.close(id)).status).toBe(204);
    expect((await ops.reopen(id, 1)).status).toBe(412);
    expect(await foreign.reopen(id, 1)).toMatchObject(problem(404, 'not-found'));
    expect((await compliance.reopen(id)).status).toBe(403);
    const reopened = await ops.reopen(id);
    expect(reopened).toMatchObject({ status: 200, body: { status: 'ACTIVE', kyc_status: 'VERIFIED', id } });
    expect(reopened.header('etag')).toBe(`"${reopened.body.version}"`);
    expect((await ops.reopen(id)).body.version).toBe(reopened.body.version);
    expect((await ops.reopen(id, 1)).status).toBe(412);
    expect((await ops.update(id, { holdings: '7' })).body).toMatchObject({ holdings: '7', status: 'ACTIVE' });
    expect((await audited(`shareholders/${id}`)).slice(-3)).toEqual([
      'shareholder.closed',
      'shareholder.reopened',
      'position.adjusted',
    ]);
    const { id: erased } = await ops.holder('0');
    await ops.close(erased);
    await database.admin.query('update shareholders set purged_at = now() where id = $1', [erased]);
    expect(await ops.reopen(erased)).toMatchObject(problem(409, 'conflict'));
  });

  test('is changed only by those who name the version they read', async () => {
    const { id } = await ops.holder('0');
    const writes = [
      (version: number | null) => ops.update(id, { name: 'Other' }, version),
      (version: number | null) => compliance.setKyc(id, { status: 'PENDING' }, version),
      (version: number | null) => ops.close(id, version),
    ];
    for (const write of writes) {
      expect(await write(null)).toMatchObject(problem(428, 'precondition-required'));
      expect(await write(7)).toMatchObject(problem(412, 'precondition-failed'));
    }
    const racers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => ops.update(id, { name: `Racer ${i}` }, 1)),
    );
    expect(racers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
  });
});

describe('another register', () => {
  test('is as if it did not exist', async () => {
    const { id: theirs } = await foreign.holder('100');
    const { id: ours } = await ops.holder('100');
    const unknown = '01900000-0000-7000-8000-000000000000';
    const order = {
      from_shareholder_id: ours,
      to_shareholder_id: ours,
      quantity: '1',
      effective_date: daysAgo(0),
    };
    const reaching = [
      (id: string) => ops.get(id),
      (id: string) => ops.update(id, { holdings: '1' }, 1),
      (id: string) => compliance.setKyc(id, { status: 'VERIFIED' }, 1),
      (id: string) => ops.close(id, 1),
      (id: string) => ops.positions(id),
      (id: string) => ops.transfer({ ...order, to_shareholder_id: id }),
      (id: string) => ops.transfer({ ...order, from_shareholder_id: id }),
    ];
    for (const reach of reaching) {
      const answer = await reach(theirs);
      expect(answer.status).toBe(404);
      expect(shape(answer)).toEqual(shape(await reach(unknown)));
    }
    for (const reach of reaching.slice(0, 5))
      for (const malformed of ['1', 'x'.repeat(40), "' or 1=1", '../users', ours.slice(1)])
        expect(shape(await reach(malformed))).toEqual(shape(await reach(unknown)));
    expect((await ops.get(ours.toUpperCase())).body.id).toBe(ours);
    expect(
      (await ops.list({ external_ref: (await foreign.get(theirs)).body.external_ref })).body.data,
    ).toEqual([]);
    expect((await foreign.get(theirs)).body).toMatchObject({
      version: 1,
      holdings: '100',
      kyc_status: 'UNVERIFIED',
    });
  });

  test.each(['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'] as const)(
    '%s may do what the role allows',
    async (role) => {
      const { id } = await ops.holder('0');
      const as = new Register(acme.as(role));
      const mayWrite = role === 'ADMIN' || role === 'OPS';
      const mayRead = mayWrite || role === 'COMPLIANCE';
      expect((await as.get(id)).status).toBe(mayRead ? 200 : 403);
      expect((await as.list()).status).toBe(mayRead ? 200 : 403);
      expect((await as.positions(id)).status).toBe(mayRead ? 200 : 403);
      expect((await as.setKyc(id, { status: 'PENDING' }, 1)).status).toBe(role === 'COMPLIANCE' ? 200 : 403);
      expect((await as.create({ external_ref: randomUUID(), name: 'X' })).status).toBe(mayWrite ? 201 : 403);
      expect((await as.update(id, { name: 'Y' }, 1)).status).toBe(mayWrite ? 200 : 403);
      expect((await as.close(id, 2)).status).toBe(mayWrite ? 204 : 403);
    },
  );

  test('of a sponsor there is none', async () => {
    const sponsor = await insertTestTenant(database.admin, 'SPONSOR');
    expect((await new Register(sponsor.as('ADMIN')).list()).status).toBe(403);
  });
});

describe('setting holdings', () => {
  test('writes the difference to the ledger, dated and explained', async () => {
    const { id } = await ops.holder('100', { effective_date: daysAgo(30), reason: 'migration' });
    await ops.update(id, { holdings: '70.25', effective_date: daysAgo(10), reason: 'recount' });
    await ops.update(id, { holdings: '5', security_class: 'PREF-A' });
    await ops.update(id, { holdings: '70.250', security_class: 'COMMON' });
    expect((await ops.get(id)).body.holdings).toBe('75.25');
    const { data } = (await ops.positions(id)).body;
    expect(data).toMatchObject([
      {
        delta: '5',
        security_class: 'PREF-A',
        effective_date: daysAgo(0),
        reason: 'correction',
        source: 'api',
      },
      { delta: '-29.75', security_class: 'COMMON', effective_date: daysAgo(10), reason: 'recount' },
      { delta: '100', security_class: 'COMMON', effective_date: daysAgo(30), reason: 'migration' },
    ]);
    expect(data[0].recorded_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    const earlier = await ops.positions(id, { as_of: daysAgo(10), limit: '1' });
    expect(earlier.body.data).toMatchObject([{ delta: '-29.75' }]);
    const rest = await ops.positions(id, { as_of: daysAgo(10), cursor: earlier.body.next_cursor });
    expect(rest.body).toMatchObject({ data: [{ delta: '100' }], next_cursor: null });
    expect((await ops.positions(id, { security_class: 'PREF-A' })).body.data).toHaveLength(1);
  });

  test('sets one class, and leaves the others as they are', async () => {
    const { id } = await ops.holder('300');
    await ops.update(id, { holdings: '300', security_class: 'PREF' });
    const classes = async () => {
      const { data } = (await ops.positions(id)).body;
      const sums = new Map<string, number>();
      for (const { security_class, delta } of data)
        sums.set(security_class, (sums.get(security_class) ?? 0) + Number(delta));
      return Object.fromEntries(sums);
    };
    for (const [change, expected] of [
      [
        { holdings: '300', security_class: 'COMMON' },
        { COMMON: 300, PREF: 300 },
      ],
      [
        { holdings: '0', security_class: 'COMMON' },
        { COMMON: 0, PREF: 300 },
      ],
      [
        { holdings: '1', security_class: 'PREF' },
        { COMMON: 0, PREF: 1 },
      ],
      [
        { holdings: '2.5', security_class: 'SERIES-B' },
        { COMMON: 0, PREF: 1, 'SERIES-B': 2.5 },
      ],
    ] as const) {
      expect((await ops.update(id, change)).status).toBe(200);
      expect(await classes()).toEqual(expected);
    }
    expect((await ops.get(id)).body.holdings).toBe('3.5');
  });

  test('can overdraw no class and no day', async () => {
    const { id } = await ops.holder('100', { effective_date: daysAgo(20) });
    await ops.update(id, { holdings: '10', security_class: 'PREF', effective_date: daysAgo(3) });
    expect(
      await ops.update(id, { holdings: '1', security_class: 'PREF', effective_date: daysAgo(4) }),
    ).toMatchObject(problem(422, 'insufficient-position'));
    const { id: dated } = await ops.holder('100', { effective_date: daysAgo(20) });
    await ops.update(dated, { holdings: '40', effective_date: daysAgo(5) });
    await ops.update(dated, { holdings: '100' });
    // Enough is there today; on the days before, it was not.
    for (const effective_date of [daysAgo(21), daysAgo(6), daysAgo(5), daysAgo(1)]) {
      const refused = await ops.update(dated, { holdings: '0', effective_date });
      expect(refused).toMatchObject(problem(422, 'insufficient-position'));
    }
    const order = { from_shareholder_id: dated, to_shareholder_id: id, quantity: '41' };
    expect(await ops.transfer({ ...order, effective_date: daysAgo(5) })).toMatchObject(
      problem(422, 'insufficient-position'),
    );
    const least = { ...order, quantity: '40', effective_date: daysAgo(20) };
    expect((await ops.transfer(least)).status).toBe(201);
    expect((await ops.update(dated, { holdings: '0' })).status).toBe(200);
  });

  test('leaves no room above what the ledger can hold', async () => {
    const most = '99999999999999999999.99999999';
    const [from, to] = [await ops.holder(most), await ops.holder('1')];
    expect((await ops.get(from.id)).body.holdings).toBe(most);
    const order = {
      from_shareholder_id: from.id,
      to_shareholder_id: to.id,
      quantity: most,
      effective_date: daysAgo(0),
    };
    expect(await ops.transfer(order)).toMatchObject(problem(422, 'validation-failed'));
  });
});

describe('the list', () => {
  test('finds by part of a name in any case, by reference and by status', async () => {
    const register = new Register((await insertTestTenant(database.admin, 'ISSUER')).as('ADMIN'));
    const names = ['José ÁLVAREZ', '100% Pension_Fund', 'Alvar Aalto', 'O\\Neil', '李小龙'];
    for (const [i, name] of names.entries()) await register.holder('0', { name, external_ref: `N${i}` });
    const found = async (query: Record<string, string>) =>
      (await register.list(query)).body.data.map((item: { name: string }) => item.name);
    expect(await found({ name: 'álvarez' })).toEqual(['José ÁLVAREZ']);
    expect(await found({ name: 'ALVAR' })).toEqual(['Alvar Aalto']);
    expect(await found({ name: '%' })).toEqual(['100% Pension_Fund']);
    expect(await found({ name: 'n_f' })).toEqual(['100% Pension_Fund']);
    expect(await found({ name: '\\n' })).toEqual(['O\\Neil']);
    expect(await found({ name: '小' })).toEqual(['李小龙']);
    expect(await found({ external_ref: 'N2' })).toEqual(['Alvar Aalto']);
    expect(await found({ external_ref: 'n2' })).toEqual([]);
    const closed = (await register.list({ external_ref: 'N4' })).body.data[0].id;
    await register.close(closed);
    expect(await found({ status: 'CLOSED' })).toEqual(['李小龙']);
    expect(await found({ status: 'ACTIVE', name: 'a' })).toEqual(['José ÁLVAREZ', 'Alvar Aalto']);
  });

  test('shows each holder once while others are entered and changed', async () => {
    const register = new Register((await insertTestTenant(database.admin, 'ISSUER')).as('ADMIN'));
    const before: string[] = [];
    for (let i = 0; i < 12; i += 1) before.push((await register.holder('1')).id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: TestResponse = await register.list({ limit: '5', ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.body.data.map((item: { id: string }) => item.id));
      cursor = page.body.next_cursor;
      if (seen.length < 30) await register.holder('1');
      await register.update(before[seen.length % 12] as string, { holdings: '2' });
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, 12)).toEqual(before);
  });
  describe('searched', () => {
    const PEOPLE = [
      { name: 'José ÁLVAREZ', external_ref: 'S-1', contact: { email: 'jose@example.com' } },
      { name: 'Alvar Aalto', external_ref: 'S-2', contact: { email: 'Aalto@Example.com' } },
      { name: 'Łukasz Müller', external_ref: 'S-3' },
      { name: 'Ann Lee', external_ref: 'S-4', contact: { email: 'zoe@example.org' } },
      { name: 'Ann', external_ref: 'S-5', contact: { email: 'zz@example.org' } },
      { name: '100% Pension_Fund', external_ref: 'S-6' },
      { name: '李小龙', external_ref: 'S-7' },
      { name: 'Ｆｕｌｌ Groß', external_ref: 'S-8' },
    ];
    let searched: Register;
    let ids: Map<string, string>;
    const found = async (query: Record<string, string>): Promise<string[]> =>
      (await searched.list(query)).body.data.map((item: { external_ref: string }) => item.external_ref);

    beforeAll(async () => {
      const tenant = await insertTestTenant(database.admin, 'ISSUER');
      await declareClasses(database.admin, tenant, 'PREF');
      searched = new Register(tenant.as('ADMIN'));
      ids = new Map();
      for (const person of PEOPLE)
        ids.set(person.external_ref, (await searched.holder('0', { ...person })).id);
      // Another register has the same people.
      const { id } = await foreign.holder('0', {
        name: 'José ÁLVAREZ',
        contact: { email: 'jose@example.com' },
      });
      ids.set('theirs', id);
    });

    test.each<[Record<string, string>, string[]]>([
      [{ q: 'alvarez' }, ['S-1']],
      [{ q: 'ÁLVAREZ jose' }, ['S-1']],
      [{ q: 'alvar' }, ['S-2', 'S-1']],
      [{ q: 'alvar', sort: 'created_at' }, ['S-1', 'S-2']],
      [{ q: 'lukasz muller' }, ['S-3']],
      [{ q: 'MULLER' }, ['S-3']],
      [{ q: 'zoe@' }, ['S-4']],
      [{ q: 'EXAMPLE.org' }, []],
      [{ q: '@EXAMPLE.org' }, ['S-5', 'S-4']],
      // The shorter name first, whatever follows it in the key.
      [{ q: 'ann' }, ['S-5', 'S-4']],
      [{ q: 'full gross' }, ['S-8']],
      [{ q: '小龙' }, ['S-7']],
      [{ q: '0% pension_f' }, ['S-6']],
      [{ q: '%' }, ['S-6']],
      [{ q: 'S-7' }, ['S-7']],
      [{ q: 's-7' }, ['S-7']],
      [{ q: 's-77' }, []],
      [{ q: 'nobody' }, []],
      [{ email: 'AALTO@example.com' }, ['S-2']],
      [{ email: 'alto@example.com' }, []],
      [{ email: 'aalto@example.co' }, []],
      [{ email: 'jose@example.com', q: 'lee' }, []],
      [{ external_ref: 'S-3', q: 'muller' }, ['S-3']],
    ])('%j', async (query, expected) => {
      expect(await found(query)).toEqual(expected);
    });

    test('for a reference, in capitals or not', async () => {
      const register = new Register((await insertTestTenant(database.admin, 'ISSUER')).as('ADMIN'));
      const refs = ['SHEET-1', 'Sheet-1', 'Mixed-2', 'TRUST', 'É-3'];
      for (const external_ref of refs) await register.holder('0', { name: 'X', external_ref });
      await register.holder('0', { name: 'Trust of Cy', external_ref: 'S-4' });
      const expected: [string, string[]][] = [
        ['sheet-1', ['SHEET-1', 'Sheet-1']],
        ['MIXED-2', ['Mixed-2']],
        ['trust', ['S-4', 'TRUST']],
        ['é-3', ['É-3']],
        ['heet-1', []],
        ['S_4', []],
      ];
      for (const [q, found] of expected)
        expect(
          (await register.list({ q })).body.data
            .map((item: { external_ref: string }) => item.external_ref)
            .sort(),
          q,
        ).toEqual(found);
    });

    test.each(SORTS)(
      'in the order of %s each holder is listed once, while others come and change',
      async (sort) => {
        const expected = await found({ sort, limit: '200' });
        const column = sort.replace('-', '');
        expect(
          await found({ sort: sort.startsWith('-') ? (column as typeof sort) : (`-${sort}` as typeof sort) }),
        ).toEqual(expected.toReversed());
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const page: TestResponse = await searched.list({
            sort,
            limit: '3',
            ...(cursor === null ? {} : { cursor }),
          });
          seen.push(...page.body.data.map((item: { external_ref: string }) => item.external_ref));
          cursor = page.body.next_cursor;
          await searched.update(ids.get(seen[0] as string) as string, {
            contact: { phone: `+${seen.length}` },
          });
          if (cursor !== null)
            for (const other of SORTS.filter((one) => one !== sort))
              expect(await searched.list({ sort: other, cursor }), other).toMatchObject(
                problem(422, 'validation-failed'),
              );
        } while (cursor !== null);
        expect(seen).toEqual(expected);
      },
    );

    test('is narrowed to who has something, or lacks it', async () => {
      const verified = ['S-1', 'S-2', 'S-3'];
      await database.admin.query(`update shareholders set kyc_status = 'VERIFIED' where id = any ($1)`, [
        verified.map((ref) => ids.get(ref)),
      ]);
      /** Each way in which an account can be, by its holder; only the first is payable. */
      const accounts: [string, string, string, string][] = [
        ['S-1', 'ACTIVE', 'APPROVED', '-1 hour'],
        ['S-2', 'ACTIVE', 'REQUIRED', '-1 hour'],
        ['S-3', 'ACTIVE', 'APPROVED', '1 hour'],
        ['S-4', 'BLOCKED', 'APPROVED', '-1 hour'],
        ['S-5', 'REVOKED', 'NOT_NEEDED', '-1 hour'],
        ['S-6', 'ACTIVE', 'NOT_NEEDED', '-1 hour'],
      ];
      for (const [ref, status, approval, usable] of accounts)
        await database.admin.query(
          `insert into bank_accounts (tenant_id, shareholder_id, routing_number, account_number_sealed, account_last4, account_type, holder_name,
             status, approval, usable_from)
           select tenant_id, id, '121042882', 'sealed', '0203', 'CHECKING', 'Holder', $2, $3, now() + $4::interval from shareholders where id = $1`,
          [ids.get(ref), status, approval, usable],
        );
      const payers = await Promise.all(
        PEOPLE.map(async ({ external_ref }) => {
          const payee = { shareholder_id: ids.get(external_ref) as string };
          const tenantId = (await searched.get(payee.shareholder_id)).body.tenant_id;
          return (await tenantRead(tenantId, (read) => findNewestActive(read, payee))) === undefined
            ? []
            : [external_ref];
        }),
      );
      // The list says of accounts what payments say.
      expect(await found({ payable_account: 'true' })).toEqual(payers.flat());
      expect(payers.flat()).toEqual(['S-1', 'S-6']);
      expect(await found({ payable_account: 'false' })).toEqual(['S-2', 'S-3', 'S-4', 'S-5', 'S-7', 'S-8']);
      expect(await found({ blocked: 'false' })).toEqual(['S-1']);
      expect((await found({ blocked: 'true' })).length).toBe(7);
      expect(await found({ kyc_status: 'VERIFIED', payable_account: 'false' })).toEqual(['S-2', 'S-3']);
      expect(await found({ kyc_status: 'VERIFIED', payable_account: 'false', q: 'muller' })).toEqual(['S-3']);
      /** Each way in which taxes can be certified, by its holder; the first and the last hold today. */
      const forms: [string, string, string | null][] = [
        ['S-1', 'W9', '2000-01-01'],
        ['S-2', 'W8BEN', '2020-01-01'],
        ['S-3', 'NONE', null],
        ['S-4', 'W8BENE', daysAgo(1)],
      ];
      for (const [ref, certification, signed] of forms)
        await database.admin.query(
          `insert into tax_certifications (tenant_id, shareholder_id, certification, signed_on, tax_id_type, tax_id_sealed, tax_id_last4, expires_on)
           select tenant_id, id, $2, $3::date, 'EIN', 'sealed', '0203',
             case when $2 like 'W8%' then make_date(extract(year from $3::date)::integer + 3, 12, 31) end
           from shareholders where id = $1`,
          [ids.get(ref), certification, signed],
        );
      expect(await found({ tax_certified: 'true' })).toEqual(['S-1', 'S-4']);
      expect((await found({ tax_certified: 'false' })).length).toBe(6);
      await searched.update(ids.get('S-4') as string, { holdings: '5', security_class: 'PREF' });
      await searched.update(ids.get('S-5') as string, { holdings: '5' });
      expect(await found({ security_class: 'PREF' })).toEqual(['S-4']);
      expect(await found({ security_class: 'COMMON' })).toEqual(['S-5']);
      await database.admin.query(
        `with context as (select set_config('app.tenant_id', tenant_id::text, true) from shareholders where id = $1)
         insert into treasury_entries (tenant_id, shareholder_id, treasury, effective_date)
         select tenant_id, id, true, current_date from shareholders, context where id = $1`,
        [ids.get('S-5')],
      );
      expect(await found({ treasury: 'true' })).toEqual(['S-5']);
      expect((await found({ treasury: 'false' })).length).toBe(7);
    });

    test('leaves an entry that has no word of what was searched for', async () => {
      await found({ q: 'Unmistakable', email: 'unmistakable@example.com', kyc_status: 'PENDING' });
      const { rows } = await database.admin.query(
        `select payload from audit_log where payload->>'operation' = 'listShareholders' order by id desc limit 1`,
      );
      expect(rows[0].payload.filters).toEqual({ q: '***', email: '***', kyc_status: 'PENDING' });
    });

    test('finds by a name that has changed, and no longer by the one before', async () => {
      await searched.update(ids.get('S-7') as string, { name: 'Bruce Lee' });
      expect(await found({ q: 'bruce' })).toEqual(['S-7']);
      expect(await found({ q: '小龙' })).toEqual([]);
    });

    test('reads the index of its tenant alone, and no more of it than a page may', async () => {
      const large = await insertTestTenant(database.admin, 'ISSUER');
      await database.admin.query(
        `insert into shareholders (tenant_id, external_ref, name, email)
         select $1::uuid, 'L' || n, substr(md5(n::text), 1, 6) || ' ' || substr(md5((n % 3000)::text), 1, 6), n || '@example.com'
         from set_config('app.tenant_id', $1, true), generate_series(1, 50000) n`,
        [large.id],
      );
      await database.admin.query('vacuum analyze shareholders');
      const { rows } = await database.admin.query<{ beyond: number }>(
        `select count(*)::int as beyond from shareholders where tenant_id = $1 and name > 'f' collate "C"`,
        [large.id],
      );
      const beyond = rows[0]?.beyond;
      const app = await database.connectAsApp();
      await app.query(`select set_config('app.tenant_id', $1, false)`, [large.id]);
      const plans: Record<string, unknown>[] = [];
      const explaining = queriesBy(async ({ text, values }) => {
        const plan = await app.query(`explain (analyze, format json) ${text}`, [...(values ?? [])]);
        plans.push(plan.rows[0]['QUERY PLAN'][0].Plan);
        return { rows: [], rowCount: 0 } as never;
      }) as unknown as TenantRead;
      const nodes = (plan: unknown): Record<string, unknown>[] => {
        const { Plans = [], ...node } = plan as { Plans?: unknown[] } & Record<string, unknown>;
        return [node, ...Plans.flatMap(nodes)];
      };
      const query = { limit: 50, q: 'Müller nobody' };
      for (const more of [
        {},
        { sort: '-name' },
        { cursor: encodeCursor(['name', large.id, 'f']) },
      ] as const) {
        plans.length = 0;
        await searchRegister(explaining, { ...query, ...more });
        const scans = nodes(plans[0]).filter(
          (node) => String(node['Node Type']).endsWith('Scan') && node['CTE Name'] === undefined,
        );
        const [search] = scans.filter((node) => node['Index Name'] === 'shareholders_by_name');
        expect(search, JSON.stringify(scans)).toMatchObject({
          'Node Type': 'Index Only Scan',
          'Index Cond': expect.stringContaining("(tenant_id = (NULLIF(current_setting('app.tenant_id'"),
        });
        // Everybody's name was compared, but for those before the cursor, and no holder was looked at.
        const compared = search?.['Rows Removed by Filter'];
        expect(compared).toBe('cursor' in more ? beyond : 50_000);
        expect(
          scans.filter(
            (scan) => scan !== search && Number(scan['Actual Loops']) * Number(scan['Actual Rows']) > 0,
          ),
        ).toEqual([]);
      }
      await app.end();
    });
  });
});
