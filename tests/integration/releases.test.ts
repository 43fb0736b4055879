import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as revokeTenantLinkHandler } from '#functions/identity/revoke-tenant-link.ts';
import { handler as listGrantsHandler } from '#functions/plans/list-grants.ts';
import { handler as recordEventHandler } from '#functions/plans/record-vesting-event.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { revokeTenantLink } from '#identity/tenant-links/tenant-links.routes.ts';
import { addMonths, dayOf } from '#kernel/calendar.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { listGrants } from '#plans/grants/grants.routes.ts';
import { terminatePlan } from '#plans/plan-end.routes.ts';
import { recordVestingEvent } from '#plans/vesting-events/vesting-events.routes.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { enroll, problem } from '#tests/support/plans.ts';
import { brokenPositions, Register } from '#tests/support/register.ts';
import { linkSponsor, otherSide, Releases, vestedPlan } from '#tests/support/releases.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.close());

const TODAY = dayOf(new Date());

/** A sponsor and an issuer that has linked it. */
async function sides(): Promise<{ sponsor: TestTenant; issuer: TestTenant }> {
  return otherSide(database.admin, await insertTestTenant(database.admin, 'SPONSOR'));
}

/** Proposes a run and has it offered. */
async function offered(
  sponsor: TestTenant,
  issuer: TestTenant,
  body: object = {},
): Promise<{ id: string; version: number }> {
  const waiting = await new Releases(sponsor.as('OPS')).propose({ issuer: issuer.slug, ...body });
  await approved(sponsor, waiting);
  const { body: run } = await new Releases(issuer.as('OPS')).get(waiting.body.subject.id);
  return { id: run.id, version: run.version };
}

async function grantOf(sponsor: TestTenant, planId: string) {
  const answer = await call(listGrantsHandler, listGrants, { as: sponsor.as('OPS'), params: { id: planId } });
  return answer.body.data[0];
}

const holdings = async (issuer: TestTenant, id: string): Promise<string> =>
  (await new Register(issuer.as('OPS')).get(id)).body.holdings;

describe('a release run', () => {
  test('is previewed, confirmed by two people of each side, and exact in both ledgers', async () => {
    const { sponsor, issuer } = await sides();
    const first = await vestedPlan(sponsor, issuer, '1000.5');
    const second = await vestedPlan(sponsor, issuer, '7');
    const order = { issuer: issuer.slug, withholding_percent: '22' };
    const ours = new Releases(sponsor.as('OPS'));
    const preview = await ours.propose(order, { dry_run: 'true' });
    // 1000.5 × 22 % is 220.11, and 7 × 22 % is 1.54: whole shares are withheld, and never too few.
    expect(preview).toMatchObject({
      status: 200,
      body: {
        ...{ issuer: issuer.slug, withholding_percent: '22', grants: 2, holders: 2 },
        ...{ vested: '1007.5', withheld: '223', net: '784.5' },
        left_out: { without_holder: 0, beyond_limit: 0 },
      },
    });
    expect((await ours.list()).body.data).toEqual([]);

    const waiting = await ours.propose(order);
    expect(waiting).toMatchObject({
      status: 202,
      body: { kind: 'release', state: 'PENDING', after: preview.body },
    });
    const { id } = waiting.body.subject;
    expect((await ours.get(id)).body).toMatchObject({ state: 'PROPOSED', sponsor: sponsor.slug });
    const theirs = new Releases(issuer.as('OPS'));
    expect((await theirs.get(id)).status).toBe(404);
    expect((await theirs.lines(id)).status).toBe(404);
    await approved(sponsor, waiting);
    const { body: seen } = await theirs.get(id);
    expect(seen).toEqual((await ours.get(id)).body);
    expect(seen).toMatchObject({ state: 'OFFERED', issuer: issuer.slug, net: '784.5' });
    // Each side is told the names of its own people.
    const { data: toSponsor } = (await ours.lines(id)).body;
    const { data: toIssuer } = (await theirs.lines(id)).body;
    const nameless = (lines: object[]) =>
      lines.map((line) => ({ ...line, participant_name: null, holder_name: null }));
    expect(nameless(toIssuer)).toEqual(nameless(toSponsor));
    expect(toSponsor).toMatchObject([{ holder_name: null }, { holder_name: null }]);
    expect(toIssuer).toMatchObject([
      { participant_name: null, holder_name: expect.stringMatching(/./) },
      { participant_name: null, holder_name: expect.stringMatching(/./) },
    ]);
    expect((await theirs.lines(id)).body.data).toMatchObject([
      {
        plan_id: first.id,
        grant_id: first.grant_id,
        shareholder_id: first.holder,
        vested: '1000.5',
        withheld: '221',
        net: '779.5',
      },
      { plan_id: second.id, shareholder_id: second.holder, vested: '7', withheld: '2', net: '5' },
    ]);

    const settlement = await theirs.settle(id, seen.version, {}, { dry_run: 'true' });
    expect(settlement).toMatchObject({
      status: 200,
      body: {
        security_class: 'COMMON',
        holders: 2,
        net: '784.5',
        before: '0',
        after: '784.5',
        authorized: null,
      },
    });
    expect(await holdings(issuer, first.holder)).toBe('0');
    await approved(issuer, await theirs.settle(id, seen.version));
    expect(await holdings(issuer, first.holder)).toBe('779.5');
    expect(await holdings(issuer, second.holder)).toBe('5');
    const { body: settled } = await ours.get(id);
    expect(settled).toMatchObject({ state: 'SETTLED', security_class: 'COMMON', settled_on: TODAY });
    expect((await theirs.get(id)).body).toEqual(settled);
    expect(await grantOf(sponsor, first.id)).toMatchObject({ vested: '1000.5', released: '1000.5' });
    const positions = await new Register(issuer.as('OPS')).positions(first.holder);
    expect(positions.text).toContain(`release:${id}`);
    expect(await brokenPositions(database.admin)).toEqual([]);
    // Each side's trail says what has become of the run.
    const trail = await database.admin.query(
      `select tenant_id, action from audit_log where resource = $1 and action like 'release.%' order by 2, 1`,
      [`releases/${id}`],
    );
    expect(trail.rows).toContainEqual({ tenant_id: sponsor.id, action: 'release.settled' });
  });

  test('is made once, settled once, and takes each share once', async () => {
    const { sponsor, issuer } = await sides();
    const plan = await vestedPlan(sponsor, issuer, '100');
    const ours = new Releases(sponsor.as('OPS'));
    const named = (more: object) => ({
      issuer: issuer.slug,
      lines: [{ plan_id: plan.id, grant_id: plan.grant_id, ...more }],
    });
    const run = await offered(sponsor, issuer, named({ quantity: '60', withheld: '60' }));
    const twice = await Promise.all([1, 2].map(() => ours.propose({ issuer: issuer.slug })));
    expect(twice.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(await ours.propose({ issuer: issuer.slug })).toMatchObject({
      status: 409,
      body: problem('nothing-to-release'),
    });
    expect(await ours.propose(named({}))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/lines/0/grant_id', code: 'nothing-vested' }] },
    });

    const theirs = new Releases(issuer.as('OPS'));
    const settling = await theirs.settle(run.id, run.version);
    expect(await theirs.settle(run.id, run.version)).toMatchObject({
      status: 409,
      body: problem('change-pending'),
    });
    await approved(issuer, settling);
    expect(await holdings(issuer, plan.holder)).toBe('0');
    const { version } = (await theirs.get(run.id)).body;
    expect(await theirs.settle(run.id, run.version)).toMatchObject({ status: 412 });
    expect(await theirs.settle(run.id, version)).toMatchObject({
      status: 409,
      body: problem('release-ended'),
    });
    expect(await theirs.decline(run.id, version)).toMatchObject({
      status: 409,
      body: problem('release-ended'),
    });
    expect(await ours.decline(run.id, version)).toMatchObject({ status: 409 });
  });

  test.each([
    [
      'denied by the sponsor',
      async ({ sponsor, waiting }: Ending) =>
        (await new Approvals(sponsor.as('COMPLIANCE')).deny(waiting)).status,
    ],
    [
      'withdrawn by its proposer',
      async ({ sponsor, waiting }: Ending) =>
        (await new Approvals(sponsor.as('OPS')).withdraw(waiting)).status,
    ],
    [
      'cancelled by the sponsor',
      async ({ sponsor, waiting, id }: Ending) => {
        await new Approvals(sponsor.as('COMPLIANCE')).approve(waiting);
        const ours = new Releases(sponsor.as('OPS'));
        return (await ours.decline(id, (await ours.get(id)).body.version)).status;
      },
    ],
    [
      'declined by the issuer',
      async ({ sponsor, issuer, waiting, id }: Ending) => {
        await new Approvals(sponsor.as('COMPLIANCE')).approve(waiting);
        const theirs = new Releases(issuer.as('OPS'));
        const answer = await theirs.decline(id, (await theirs.get(id)).body.version, {
          reason: 'Too early.',
        });
        expect((await new Releases(sponsor.as('OPS')).get(id)).body).toMatchObject({
          state: 'DECLINED',
          decline_reason: 'Too early.',
        });
        return answer.status;
      },
    ],
  ])('that is %s gives its shares back', async (_, end) => {
    const { sponsor, issuer } = await sides();
    const plan = await vestedPlan(sponsor, issuer, '100');
    const ours = new Releases(sponsor.as('OPS'));
    const waiting = await ours.propose({ issuer: issuer.slug });
    expect(await grantOf(sponsor, plan.id)).toMatchObject({ released: '100' });
    expect(await end({ sponsor, issuer, waiting: waiting.body.id, id: waiting.body.subject.id })).toBe(200);
    expect(await grantOf(sponsor, plan.id)).toMatchObject({ released: '0' });
    expect(await ours.propose({ issuer: issuer.slug })).toMatchObject({ status: 202 });
    expect(await holdings(issuer, plan.holder)).toBe('0');
  });

  test('that is settled and cancelled at once is either, in both ledgers', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { sponsor, issuer } = await sides();
      const plan = await vestedPlan(sponsor, issuer, '100');
      const run = await offered(sponsor, issuer);
      const settling = await new Releases(issuer.as('OPS')).settle(run.id, run.version);
      const [approval, cancellation] = await Promise.all([
        new Approvals(issuer.as('COMPLIANCE')).approve(settling.body.id),
        new Releases(sponsor.as('OPS')).decline(run.id, run.version),
      ]);
      const isSettled = approval.status === 200;
      expect(cancellation.status === 200).toBe(!isSettled);
      const ours = await new Releases(sponsor.as('OPS')).get(run.id);
      expect(ours.body.state).toBe(isSettled ? 'SETTLED' : 'CANCELLED');
      expect(await holdings(issuer, plan.holder)).toBe(isSettled ? '100' : '0');
      expect(await grantOf(sponsor, plan.id)).toMatchObject({ released: isSettled ? '100' : '0' });
    }
  });

  test('takes what has vested by today, whenever vesting was last computed', async () => {
    const { sponsor, issuer } = await sides();
    const holder = (await new Register(issuer.as('OPS')).holder('0')).id;
    const start = addMonths(TODAY, -12);
    const { body: plan } = await enroll(sponsor, {
      ...{ employee_id: 'E-1', plan_type: 'RSU', shareholder_id: holder, enrolled_on: start },
      vesting_schedule: { type: 'graded', total_months: 48 },
      grant: { quantity: '4800', grant_date: start, vesting_start: start },
    });
    await database.admin.query(`update grants set vested_quantity = 0 where plan_id = $1`, [plan.id]);
    await database.admin.query(`update plans set vested_quantity = 0, vested_as_of = $2 where id = $1`, [
      plan.id,
      start,
    ]);
    expect(
      await new Releases(sponsor.as('OPS')).propose({ issuer: issuer.slug }, { dry_run: 'true' }),
    ).toMatchObject({
      status: 200,
      body: { vested: '1200' },
    });
  });
});

interface Ending {
  readonly sponsor: TestTenant;
  readonly issuer: TestTenant;
  readonly waiting: string;
  readonly id: string;
}

describe('refused is', () => {
  test('an issuer that is none, has not linked the sponsor, or does so no longer', async () => {
    const { sponsor, issuer } = await sides();
    const stranger = await insertTestTenant(database.admin, 'ISSUER');
    await vestedPlan(sponsor, issuer, '100');
    const ours = new Releases(sponsor.as('OPS'));
    for (const slug of [stranger.slug, sponsor.slug, 'nobody'])
      expect(await ours.propose({ issuer: slug })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/issuer', code: 'not-linked' }] },
      });
    const run = await offered(sponsor, issuer);
    const theirs = new Releases(issuer.as('OPS'));
    const settling = await theirs.settle(run.id, run.version);
    await revoke(issuer);
    expect(await new Approvals(issuer.as('COMPLIANCE')).approve(settling.body.id)).toMatchObject({
      status: 409,
      body: problem('release-ended'),
    });
    expect((await theirs.get(run.id)).body.state).toBe('OFFERED');
    expect((await new Releases(stranger.as('OPS')).get(run.id)).status).toBe(404);
    expect((await new Releases(stranger.as('OPS')).list()).body.data).toEqual([]);
    expect((await linkSponsor(issuer, sponsor)).status).toBe(201);
    const set = (status: string) =>
      database.admin.query('update tenants set status = $2 where id = $1', [sponsor.id, status]);
    await set('SUSPENDED');
    expect((await new Approvals(issuer.as('COMPLIANCE')).approve(settling.body.id)).status).toBe(409);
    await set('ACTIVE');
    expect((await new Approvals(issuer.as('COMPLIANCE')).approve(settling.body.id)).status).toBe(200);
  });

  test('each line that does not say what can be released', async () => {
    const { sponsor, issuer } = await sides();
    const plan = await vestedPlan(sponsor, issuer, '100');
    const { body: unlinked } = await enroll(sponsor, {
      ...{ employee_id: 'E-2', plan_type: 'RSU', enrolled_on: '2025-01-15' },
      grant: { quantity: '10', grant_date: '2025-01-15', vesting_start: '2025-01-15' },
    });
    const grant = { plan_id: plan.id, grant_id: plan.grant_id };
    const faults = [
      [{ ...grant, quantity: '100.00000001' }, '/lines/0/quantity', 'more-than-vested'],
      [{ ...grant, withheld: '100.00000001' }, '/lines/0/withheld', 'more-than-released'],
      [{ ...grant, quantity: '1', withheld: '2' }, '/lines/0/withheld', 'more-than-released'],
      [{ ...grant, quantity: '0' }, '/lines/0/quantity', undefined],
      [{ ...grant, grant_id: uuidV7() }, '/lines/0/grant_id', 'unknown-grant'],
      [
        { plan_id: unlinked.id, grant_id: (await grantOf(sponsor, unlinked.id)).id },
        '/lines/0/plan_id',
        'no-linked-holder',
      ],
    ] as const;
    const ours = new Releases(sponsor.as('OPS'));
    for (const [line, pointer, code] of faults) {
      const answer = await ours.propose({ issuer: issuer.slug, lines: [line] });
      expect(answer, JSON.stringify(line)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer, ...(code && { code }) }] },
      });
    }
    expect(await ours.propose({ issuer: issuer.slug, lines: [grant, grant] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/lines/1/grant_id', code: 'repeated' }] },
    });
    expect(await ours.propose({ issuer: issuer.slug, withholding_percent: '100.01' })).toMatchObject({
      status: 422,
    });
    const preview = await ours.propose({ issuer: issuer.slug }, { dry_run: 'true' });
    expect(preview.body).toMatchObject({ grants: 1, left_out: { without_holder: 1 } });
    await new Register(issuer.as('OPS')).close(plan.holder);
    expect(await ours.propose({ issuer: issuer.slug })).toMatchObject({
      status: 409,
      body: problem('nothing-to-release'),
    });
  });

  test('a settlement beyond what is authorized, of an undeclared class, or of a closed holder, and nothing of it is left', async () => {
    const { sponsor, issuer } = await sides();
    const [plan, other] = [
      await vestedPlan(sponsor, issuer, '100'),
      await vestedPlan(sponsor, issuer, '100'),
    ];
    const register = new Register(issuer.as('ADMIN'));
    const run = await offered(sponsor, issuer);
    const theirs = new Releases(issuer.as('OPS'));
    expect(await theirs.settle(run.id, run.version, { security_class: 'NONE' })).toMatchObject({
      status: 422,
    });
    const settling = await theirs.settle(run.id, run.version);
    await register.updateClass('COMMON', { authorized: '199' });
    expect(await theirs.settle(run.id, run.version, {}, { dry_run: 'true' })).toMatchObject({
      status: 422,
      body: problem('authorized-shares-exceeded'),
    });
    const compliance = new Approvals(issuer.as('COMPLIANCE'));
    expect(await compliance.approve(settling.body.id)).toMatchObject({
      status: 422,
      body: problem('authorized-shares-exceeded'),
    });
    await register.updateClass('COMMON', { authorized: '200' });
    await register.close(other.holder);
    expect(await compliance.approve(settling.body.id)).toMatchObject({
      status: 409,
      body: problem('shareholder-closed'),
    });
    expect((await theirs.get(run.id)).body.state).toBe('OFFERED');
    expect(await holdings(issuer, plan.holder)).toBe('0');
    await register.reopen(other.holder);
    expect((await compliance.approve(settling.body.id)).status).toBe(200);
    expect(await holdings(issuer, other.holder)).toBe('100');
    expect(await brokenPositions(database.admin)).toEqual([]);
  });

  test('whatever would unvest shares that were released', async () => {
    const { sponsor, issuer } = await sides();
    const holder = (await new Register(issuer.as('OPS')).holder('0')).id;
    const start = addMonths(TODAY, -12);
    const { body: plan } = await enroll(sponsor, {
      ...{ employee_id: 'E-1', plan_type: 'RSU', shareholder_id: holder, enrolled_on: start },
      vesting_schedule: { type: 'graded', total_months: 48 },
      grant: { quantity: '4800', grant_date: start, vesting_start: start },
    });
    await offered(sponsor, issuer);
    const terminated = await call(terminatePlanHandler, terminatePlan, {
      ...{ as: sponsor.as('ADMIN'), params: { id: plan.id }, body: { terminated_on: addMonths(TODAY, -6) } },
    });
    expect(terminated).toMatchObject({ status: 409, body: problem('shares-released') });

    const happened = async (body: object) =>
      call(recordEventHandler, recordVestingEvent, {
        ...{ as: sponsor.as('OPS'), body: { event: 'IPO', ...body } },
        headers: { 'Idempotency-Key': uuidV7() },
      });
    await enroll(sponsor, {
      ...{ employee_id: 'E-2', plan_type: 'RSU', shareholder_id: holder, enrolled_on: start },
      vesting_schedule: { type: 'cliff', cliff_months: 6, condition: { type: 'event', event: 'IPO' } },
      grant: { quantity: '100', grant_date: start, vesting_start: start },
    });
    const ours = new Releases(sponsor.as('OPS'));
    expect((await ours.propose({ issuer: issuer.slug })).status).toBe(409);
    await approved(sponsor, await happened({ occurred_on: TODAY }));
    await offered(sponsor, issuer);
    const undone = await happened({ occurred_on: null, replaces: TODAY });
    expect(await new Approvals(sponsor.as('COMPLIANCE')).approve(undone.body.id)).toMatchObject({
      ...{ status: 409, body: problem('shares-released') },
    });
  });
});

async function revoke(issuer: TestTenant): Promise<void> {
  const { rows } = await database.admin.query(
    'select id from tenant_links where tenant_id = $1 and revoked_at is null',
    [issuer.id],
  );
  await call(revokeTenantLinkHandler, revokeTenantLink, {
    as: issuer.as('ADMIN'),
    params: { id: rows[0].id },
  });
}
