import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { stepAt, totpOf } from '#identity/second-factor/totp.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { accessToken } from '#local/sign-in.ts';
import { sampleReturnFile } from '#payments/nacha/return-file.sample.ts';
import { startBrowser } from '#tests/support/browser.ts';
import { ConsoleVisit, type Credentials } from '#tests/support/console-visit.ts';
import type { Json } from '#tests/support/json.ts';
import { journeysOfOperators } from './console/operations.ts';
import { journeysOfPayroll } from './console/payroll.ts';
import { journeysOfPlans } from './console/plans.ts';
import { journeysOfReleases } from './console/releases.ts';
import { loadedDemo } from './loaded-demo.ts';
import { eventually, type RunningPlatform, removeDataDir, startedPlatform } from './platform.ts';

/** People’s journeys, in a real browser. The console asks for everything of the API. */

const MOST_BYTES = 450_000;
const SECRET = /eyJ[\w-]+\.eyJ/;

let platform: RunningPlatform;
let browser: Browser;
const visits: ConsoleVisit[] = [];

beforeAll(async () => {
  const { dataDir } = await loadedDemo();
  platform = await startedPlatform({ dataDir });
  browser = await startBrowser();
});

afterEach(async () => {
  for (const visit of visits.splice(0)) await visit.close();
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  removeDataDir(platform.dataDir);
});

function credentials(tenant: string, role: string): Credentials {
  if (tenant === 'operator') return platform.file.operator;
  const users = platform.file.tenants.find(({ slug }) => slug === tenant)?.users ?? [];
  const user = users.find((candidate) => candidate.role === role);
  if (user === undefined) throw new Error(`the demo has no ${role} of ${tenant}`);
  return { tenant, email: user.email, password: user.password };
}

async function visit(options = {}): Promise<ConsoleVisit> {
  const begun = await ConsoleVisit.begin(browser, platform.file.apiUrl, options);
  visits.push(begun);
  return begun;
}

async function signedIn(tenant: string, role: string, options = {}): Promise<ConsoleVisit> {
  const begun = await visit(options);
  await begun.signIn(credentials(tenant, role));
  return begun;
}

describe('signing in', () => {
  test('keeps nothing that renews a session where a script can read it, survives a reload, and ends', async () => {
    const one = await signedIn('acme', 'OPS');
    const { page } = one;
    const readable = await page.evaluate(() =>
      JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]),
    );
    expect(readable).not.toMatch(SECRET);
    expect(
      (await page.context().cookies()).map(({ name, httpOnly, secure, sameSite }) => [
        name,
        httpOnly,
        secure,
        sameSite,
      ]),
    ).toEqual([['__Host-vestry-session', true, true, 'Strict']]);
    await one.open('/approvals?state=APPROVED');
    await page.getByRole('heading', { name: 'Approvals', level: 1 }).waitFor();
    await page.getByRole('button', { name: /your account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
    expect(await page.context().cookies()).toEqual([]);
    await one.open('/approvals');
    await page.getByLabel('Password').waitFor();
    expect(one.complaints).toEqual([]);
  });

  test('asks for the second factor of whoever has one', async () => {
    const compliance = 'globex/COMPLIANCE';
    const { secret } = (await platform.api(compliance, 'POST', '/me/second-factor')).body;
    const step = stepAt(Date.now());
    const confirmed = await platform.api(compliance, 'POST', '/me/second-factor/confirm', {
      code: totpOf(secret, step - 1),
    });
    expect(confirmed.status).toBe(200);
    const one = await visit();
    await one.open('/');
    await one.fillIn(credentials('globex', 'COMPLIANCE'));
    await one.page.getByLabel('Code').fill('000000');
    await one.page.getByRole('button', { name: 'Continue' }).click();
    await one.page.getByText('The code is wrong').waitFor();
    await one.page.getByLabel('Code').fill(totpOf(secret, step));
    await one.page.getByRole('button', { name: 'Continue' }).click();
    await one.page.getByRole('heading', { name: 'What waits today' }).waitFor();
  });

  test('by the tenant’s identity provider comes back to the screen that was asked for', async () => {
    const one = await visit();
    await one.open('/shareholders?q=tanaka');
    await one.page.getByLabel('Company').fill('acme');
    await one.page.getByRole('button', { name: /^Sign in by/ }).click();
    await one.page.getByRole('link', { name: 'olga@acme.example' }).click();
    await one.page.getByRole('heading', { name: 'Found for “tanaka”' }).waitFor();
    expect(one.page.url()).toBe(`${platform.file.apiUrl}/console/shareholders?q=tanaka`);
    expect((await one.page.context().cookies()).map(({ name }) => name)).toContain('__Host-vestry-session');
    expect(one.complaints).toEqual([]);
  });

  test('is refused with what to do, and the id of the request', async () => {
    const one = await visit();
    await one.open('/');
    await one.fillIn({ ...credentials('acme', 'OPS'), password: 'not the password' });
    await one.page.getByText('The tenant, email or password is wrong.').waitFor();
    await one.page.getByText(/^Request/).waitFor();
  });

  test('is asked for again when the session has ended, and goes on where it was', async () => {
    const one = await signedIn('initech', 'ADMIN');
    await platform.api('initech', 'DELETE', '/me/sessions?current=true');
    await one.page.getByRole('link', { name: 'Register' }).click();
    const dialog = one.page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    await one.fillIn(credentials('initech', 'ADMIN'));
    await dialog.waitFor({ state: 'hidden' });
    await one.page.getByRole('row').nth(1).waitFor();
    expect(await one.page.title()).toBe('Register · Vestry');
  });

  test('is another person’s with a page of their own', async () => {
    const one = await signedIn('initech', 'OPS');
    await platform.api('initech/OPS', 'DELETE', '/me/sessions?current=true');
    await one.page.getByRole('link', { name: 'Register' }).click();
    await one.page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await one.fillIn(credentials('initech', 'COMPLIANCE'));
    await one.page.getByRole('heading', { name: 'What waits today' }).waitFor();
    await one.page.getByRole('button', { name: 'compliance@initech.example, your account' }).waitFor();
  });
});

describe('the approval inbox', () => {
  /** Orders what waits for a second person. */
  async function proposed(holdings: string): Promise<{ id: string; shareholder: string }> {
    const { body } = await platform.api('acme/OPS', 'GET', '/shareholders?external_ref=ACME-00077');
    const [{ id: shareholder, version }] = body.data;
    const answer = await platform.api(
      'acme/OPS',
      'PATCH',
      `/shareholders/${shareholder}`,
      { holdings },
      { 'if-match': `"${version}"` },
    );
    expect(answer.status).toBe(202);
    return { id: answer.body.id, shareholder };
  }

  test('shows a change before and after, and approves it, on a phone', async () => {
    const change = await proposed('912345.5');
    const one = await signedIn('acme', 'COMPLIANCE', { viewport: { width: 390, height: 844 } });
    const { page } = one;
    await one.open('/approvals?decidable=true');
    await page.getByRole('link', { name: 'Change of positions' }).first().click();
    await page.getByRole('cell', { name: '912345.5' }).waitFor();
    await one.settled();
    await page.getByText('ops@acme.example').waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved').first().waitFor();
    const { body } = await platform.api('acme/ADMIN', 'GET', `/shareholders/${change.shareholder}`);
    expect(body.holdings).toBe('912345.5');
    expect(one.complaints).toEqual([]);
  });

  test('says so where somebody else has decided meanwhile', async () => {
    const change = await proposed('1');
    const one = await signedIn('acme', 'COMPLIANCE');
    await one.open(`/approvals/${change.id}`);
    await one.page.getByRole('button', { name: 'Deny' }).click();
    await one.page.getByLabel('Reason').fill('No');
    expect((await platform.api('acme/ADMIN', 'POST', `/approvals/${change.id}/deny`)).status).toBe(200);
    await one.page.getByRole('dialog').getByRole('button', { name: 'Deny' }).click();
    await one.page
      .getByText(/Somebody (else )?has/)
      .first()
      .waitFor();
    await one.page.getByText('Denied').first().waitFor();
  });
});

describe('the register', () => {
  test('is searched, sorted and paged by the API, and a holder has an address', async () => {
    const one = await signedIn('acme', 'OPS');
    const { page } = one;
    await one.open('/shareholders');
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByRole('link', { name: 'Ada Moreau' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Name/ }).click();
    await page.waitForURL(/sort=name/);
    await page.getByLabel('Find a holder').fill('tanaka ada');
    await page.waitForURL(/q=tanaka/);
    await page.getByRole('link', { name: 'Ada Tanaka' }).first().click();
    await page.getByRole('heading', { name: 'Ada Tanaka', level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Ada Tanaka', level: 1 }).waitFor();
    await page.getByRole('tab', { name: 'Dividends' }).click();
    await page.getByText('Entitlements').waitFor();
    await page.getByText('The API call behind this').first().click();
    await page
      .getByText(/GET \/api\/shareholders\//)
      .first()
      .waitFor();
    expect(one.complaints).toEqual([]);
  });
});

test('a dividend is computed before it is declared, and waits for a second person', async () => {
  const one = await signedIn('acme', 'OPS');
  const { page } = one;
  const ahead = (days: number) => addDays(dayOf(new Date()), days);
  await one.open('/dividends');
  await page.getByRole('button', { name: 'Declare a dividend' }).click();
  await page.getByLabel('Record date').fill(ahead(10));
  await page.getByLabel('Payable date').fill('tomorrow');
  await page.getByLabel('Rate', { exact: true }).fill('0.125');
  await page.getByRole('button', { name: 'Compute it' }).click();
  await page.getByText('It must be a date as YYYY-MM-DD').waitFor();
  await page.getByLabel('Payable date').fill(ahead(20));
  await page.getByRole('button', { name: 'Compute it' }).click();
  await page.getByRole('heading', { name: 'The largest' }).waitFor();
  expect(await page.getByRole('row').count()).toBe(11);
  expect(await one.faults()).toEqual([]);
  await page.getByRole('button', { name: 'Declare it' }).click();
  await page.getByRole('link', { name: 'Waits for a second person' }).click();
  await page.getByRole('link', { name: 'Dividend', exact: true }).first().waitFor();
  // The refused preview is told to the browser's console by the browser itself.
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('a payment of a dividend is ordered, cancelled and made again from its page, and the rest is ordered as a whole', async () => {
  const { body } = await platform.api('acme/OPS', 'GET', '/dividends?state=PENDING');
  const one = await signedIn('acme', 'OPS');
  const { page } = one;
  const doIn = async (verb: string, reason?: string) => {
    await page.getByRole('button', { name: verb, exact: true }).click();
    const dialog = page.getByRole('dialog');
    if (reason !== undefined) await dialog.getByLabel('Reason').fill(reason);
    await dialog.locator('button', { hasText: reason === undefined ? verb : 'Cancel the payment' }).click();
  };
  await one.open(`/dividends/${body.data[0].id}?tab=payments`);
  await page
    .getByRole('link', { name: /^Payment / })
    .first()
    .click();
  await doIn('Pay it');
  await doIn('Cancel it', 'The holder has died: <b>wait</b>.');
  await doIn('Pay it again');
  await page.getByText('Pending').first().waitFor();
  expect(await one.faults()).toEqual([]);
  await page.getByRole('link', { name: /^Dividend [0-9a-f]{6}/ }).click();
  await doIn('Pay it');
  await page.getByText('It waits for a second person').waitFor();
  expect(await one.faults()).toEqual([]);
  await page.getByRole('link', { name: 'The request' }).click();
  await page.getByRole('heading', { name: 'Payments of a dividend' }).waitFor();
  expect(one.complaints).toEqual([]);
});

test('a file is checked, shows its errors, is corrected in place, and is loaded', async () => {
  const one = await signedIn('acme', 'OPS');
  const { page } = one;
  await one.open('/uploads');
  const rows = [
    'external_ref,name,holdings,email',
    'FILE-1,<b>Ada</b>,10,',
    'FILE-2,"Grace, ""the"" second",ten,',
    'FILE-3,Katherine,30.5,nobody',
    'FILE-4,,40,=1+1@acme.example',
  ];
  const file = { name: 'friday.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByText('3 rows are wrong').waitFor();
  await page.getByRole('cell', { name: 'holdings', exact: true }).waitFor();
  const none = await platform.api('acme/OPS', 'GET', '/shareholders?external_ref=FILE-1');
  expect(none.body.data).toEqual([]);
  await page.getByRole('button', { name: 'Correct them here' }).click();
  await page.getByLabel('holdings, line 3').fill('20');
  await page.getByLabel('email, line 4').fill('katherine@acme.example');
  await page.getByLabel('name, line 5').fill('Dorothy');
  expect(await one.faults()).toEqual([]);
  await page.getByRole('button', { name: 'Check 3 corrected rows' }).click();
  await page.getByText('Every row is right').waitFor();
  await page.getByText('By class').waitFor();
  await page.getByRole('button', { name: 'Load 3 rows, and the others of the file' }).click();
  await page.getByText('Loaded', { exact: true }).waitFor();
  const loaded = await Promise.all(
    [1, 2, 3, 4].map((row) => platform.api('acme/OPS', 'GET', `/shareholders?external_ref=FILE-${row}`)),
  );
  expect(loaded.map(({ body }) => body.data[0]?.name)).toEqual([
    ...['<b>Ada</b>', 'Grace, "the" second', 'Katherine', 'Dorothy'],
  ]);
  await one.open('/shareholders?q=FILE-1');
  await page.getByRole('link', { name: '<b>Ada</b>' }).waitFor();
  expect(one.complaints).toEqual([]);
});

test('a return that names no payment of ours is dealt with on the exceptions desk, by two people', async () => {
  const sent = await platform.api('acme/OPS', 'GET', '/transactions?status=SENT');
  const [payment] = sent.body.data;
  const answer = {
    entry: { traceNumber: '021000020000099', reference: 'LOST' },
    code: 'R03',
    amountMinor: BigInt(payment.amount.replace('.', '')),
  };
  const s3 = platform.s3();
  const Key = 'ach/inbound/acme/friday-<b>.ach';
  const Body = Buffer.from(sampleReturnFile([answer]), 'latin1');
  await s3.send(new PutObjectCommand({ Bucket: 'vestry-local-uploads', Key, Body }));
  s3.destroy();
  const desk = () => platform.api('acme/OPS', 'GET', '/exceptions?kind=BANK_ITEM');
  await eventually(desk, ({ body }) => body.data.length > 0);

  const one = await signedIn('acme', 'OPS');
  const { page } = one;
  await page.getByRole('link', { name: 'Payment exceptions: 1' }).click();
  await page.getByRole('button', { name: 'Match it' }).click();
  const dialog = page.getByRole('dialog', { name: 'Match it' });
  await dialog.getByText(/R03/).waitFor();
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: /Choose one/ }).click();
  await page.getByRole('option', { name: /On its way/ }).click();
  await dialog.getByRole('button', { name: 'Match it' }).click();
  await page.getByText('It waits for a second person').waitFor();
  await page.getByRole('link', { name: /^File/ }).click();
  await page.getByRole('heading', { name: 'friday-<b>.ach', level: 1 }).waitFor();
  expect(await one.faults()).toEqual([]);
  await page.getByRole('button', { name: 'Fetch it' }).click();
  const url = await page.getByRole('link', { name: /^Download it/ }).getAttribute('href');
  expect(Buffer.from(await (await fetch(url ?? '')).arrayBuffer())).toEqual(Body);

  const colleague = await signedIn('acme', 'COMPLIANCE');
  await colleague.open('/approvals?decidable=true&kind=bank-item');
  await colleague.page.getByRole('link', { name: 'Answer of the bank, matched by hand' }).click();
  await colleague.page.getByRole('button', { name: 'Approve' }).click();
  await colleague.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await colleague.page.getByText('Approved').first().waitFor();

  await one.open('/exceptions');
  await page.getByText('The bank and the ledger agree.').waitFor();
  await one.open(`/payments/${payment.id}`);
  await page.getByText('Failed, R03').waitFor();
  expect([...one.complaints, ...colleague.complaints]).toEqual([]);
});

/** The paths of the API, where a screen has another one. */
const API_PATHS: Readonly<Record<string, string>> = {
  '/payments': '/transactions',
  '/meetings': '/proxy/meetings',
};
/** Lists whose things have screens of their own. */
const LISTS = [
  '/approvals?state=APPROVED',
  '/shareholders',
  '/dividends',
  '/uploads',
  '/payments?status=SETTLED',
];

test('what another tenant has does not exist, on any screen', async () => {
  const one = await signedIn('initech', 'ADMIN');
  for (const list of LISTS) {
    const [path = ''] = list.split('?');
    const { body } = await platform.api('acme/ADMIN', 'GET', `${API_PATHS[path] ?? path}?limit=1`);
    await one.open(`${path}/${body.data[0].id}`);
    await one.page.getByText('It may belong to another company').waitFor();
  }
});

test('compliance finds a change by its request, follows it, verifies a day, holds a record and has a report', async () => {
  const request = { 'x-request-id': 'trail-42' };
  const holder = { external_ref: 'TRAIL-1', name: '<i>Trail</i>' };
  const made = await platform.api('acme/OPS', 'POST', '/shareholders', holder, request);
  expect(made.status).toBe(201);
  const one = await signedIn('acme', 'COMPLIANCE');
  const { page } = one;
  await one.open('/audit');
  await page.getByRole('button', { name: 'Verify it' }).click();
  await page.getByText(/^There is nothing of yours to verify|^Nothing of it was changed/).waitFor();
  await page.getByLabel('Request', { exact: true }).fill('trail-42');
  await page.waitForURL(/request_id=trail-42/);
  await page.getByRole('button', { name: /Shareholder created/ }).click();
  await page.getByText('What it has changed').waitFor();
  expect(await one.faults()).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: /^Shareholder / }).click();
  await page.getByRole('heading', { name: '<i>Trail</i>', level: 1 }).waitFor();
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByRole('button', { name: /Shareholder created/ }).waitFor();

  await one.open('/legal-holds');
  await page.getByRole('button', { name: 'Place a hold' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('The holder’s id').fill(made.body.id);
  await dialog.getByLabel('Reason').fill('Matter <b>2026-117</b>');
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: 'Place the hold' }).click();
  await page.getByText('Matter <b>2026-117</b>').waitFor();
  await page.getByRole('button', { name: 'Release it' }).click();
  await dialog.getByRole('button', { name: 'Release the hold' }).click();
  await page.getByText('It waits for a second person').waitFor();

  await one.open('/reports?report=holdings');
  await page.getByRole('button', { name: 'Write the file' }).click();
  const url = await page.getByRole('link', { name: /^Download it/ }).getAttribute('href');
  expect(await (await fetch(url ?? '')).text()).toContain('ACME-00001');
  expect(one.complaints).toEqual([]);
});

test('a ballot is cast, and counted by the tally on the screen', async () => {
  const { data: meetings } = (await platform.api('acme/ADMIN', 'GET', '/proxy/meetings')).body;
  const [{ id }] = meetings;
  const { data: ballots } = (await platform.api('acme/ADMIN', 'GET', `/proxy/meetings/${id}/votes?limit=200`))
    .body;
  const voted = new Set(ballots.map(({ shareholder_id }: Json) => shareholder_id));
  const { data: holders } = (await platform.api('acme/ADMIN', 'GET', '/shareholders?limit=200')).body;
  const holder = holders.find((one: Json) => !voted.has(one.id) && one.holdings !== '0');
  const one = await signedIn('acme', 'ADMIN');
  const { page } = one;
  await one.open(`/meetings/${id}`);
  const counted = (number: number) =>
    page.locator('dt:has-text("Ballots") + dd', { hasText: new RegExp(`^${number}$`) }).waitFor();
  await counted(ballots.length);
  await page.getByRole('button', { name: 'Cast a ballot' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Holder’s reference').fill(holder.external_ref);
  await dialog.getByRole('button', { name: /^1\./ }).click();
  await page.getByRole('option', { name: 'Against' }).click();
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: 'Cast the ballot' }).click();
  await counted(ballots.length + 1);
  const { data: cast } = (await platform.api('acme/ADMIN', 'GET', `/shareholders/${holder.id}/votes`)).body;
  expect(cast[0].choices).toEqual({ [meetings[0].items[0].id]: 'AGAINST' });
  expect(one.complaints).toEqual([]);
});

test('a webhook is added, its secret is shown once, and a test is sent, and sent again', async () => {
  const one = await signedIn('acme', 'ADMIN');
  const { page } = one;
  await one.open('/webhooks');
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Address').fill('https://hooks.acme.example/console?token=1');
  await dialog.getByLabel('transaction.returned').check();
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: 'Add the webhook' }).click();
  await page.getByText(/^whsec_/).waitFor();
  await page.getByRole('link', { name: /hooks\.acme\.example\/console/ }).click();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByRole('button', { name: /^Resend webhook\.test/ }).click();
  await page.getByText(/^Attempt \d/).waitFor();
  await one.settled();
  expect(await page.content()).not.toContain('whsec_');
  expect(await one.faults()).toEqual([]);
  expect(one.complaints).toEqual([]);
});

test('an administrator invites somebody and proposes a key; both wait for a second person', async () => {
  const one = await signedIn('acme', 'ADMIN');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  await one.open('/users');
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  await dialog.getByLabel('Email').fill('olive@acme.example');
  await dialog.getByRole('button', { name: 'Invite them' }).click();
  await page.getByText('It waits for a second person').waitFor();
  await page.getByRole('link', { name: 'ops@acme.example' }).click();
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await page.getByRole('button', { name: 'Change the role' }).click();
  expect(await one.faults()).toEqual([]);

  await one.open('/api-keys');
  await page.getByRole('button', { name: 'Propose a key' }).click();
  await dialog.getByLabel('Name').fill('<b>Payroll</b>');
  await dialog.getByLabel('Expires').fill('tomorrow');
  await dialog.getByRole('button', { name: 'Propose the key' }).click();
  await dialog.getByText('expires_at must be an instant in UTC').waitFor();
  await dialog.getByLabel('Expires').fill(`${addDays(dayOf(new Date()), 90)} 09:00`);
  await dialog.getByRole('button', { name: 'Propose the key' }).click();
  await page.getByText(/^vk_/).waitFor();
  await page.getByText('<b>Payroll</b>').waitFor();
  expect(await one.faults()).toEqual([]);
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('who has lost their role while the page was open is told so, and nothing is done', async () => {
  const one = await signedIn('initech', 'COMPLIANCE');
  const { page } = one;
  await one.open('/legal-holds');
  const { body: me } = await platform.api('initech/COMPLIANCE', 'GET', '/me');
  // The token that the platform keeps of this administrator has ended with their session.
  const authorization = `Bearer ${await accessToken(platform.file, 'initech', 'ADMIN')}`;
  const user = `${platform.file.apiUrl}/api/users/${me.id}`;
  const seen = await fetch(user, { headers: { authorization } });
  const demoted = await fetch(user, {
    method: 'PATCH',
    headers: {
      ...{ authorization, 'content-type': 'application/json' },
      'if-match': seen.headers.get('etag') ?? '',
    },
    body: JSON.stringify({ role: 'EMPLOYEE' }),
  });
  expect(demoted.status).toBe(200);
  await page.getByRole('button', { name: 'Place a hold' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('The holder’s id').fill(me.id);
  await dialog.getByLabel('Reason').fill('Too late');
  await dialog.getByRole('button', { name: 'Place the hold' }).click();
  await dialog.getByText('Ask an administrator of your company').waitFor();
});
journeysOfPlans({ platform: () => platform, signedIn });
journeysOfPayroll({ platform: () => platform, signedIn });
journeysOfReleases({ platform: () => platform, signedIn });
journeysOfOperators({ platform: () => platform, signedIn });

const SCREENS: readonly (readonly [who: string, paths: readonly string[]])[] = [
  [
    'acme/ADMIN',
    [
      ...['/', '/approvals', '/shareholders', '/dividends', '/dividends/new', '/uploads', '/nowhere'],
      ...['/payments', '/exceptions?state=RESOLVED', '/bank-files', '/reports'],
      ...['/audit', '/access', '/legal-holds', '/meetings', '/meetings/new', '/settings'],
    ],
  ],
  ['globex/OPS', ['/', '/participants', '/plans', '/plan-documents', '/releases', '/uploads', '/mappings']],
  ['globex/EMPLOYEE', ['/']],
  [
    'operator',
    [
      '/',
      '/approvals',
      '/tenants',
      '/operations',
      ...['stuck', 'jobs'].map((tab) => `/operations?tab=${tab}`),
    ],
  ],
];

function listsOf(who: string): readonly string[] {
  if (who === 'acme/ADMIN') return LISTS;
  return who === 'globex/OPS' ? ['/participants', '/plans?type=RSU', '/plans?type=401K'] : [];
}

/** A screen is looked at like this. One page serves both, as it does when the sun sets. */
const LOOKS = [
  ['light', 1440],
  ['dark', 390],
] as const;

/** Returns what is wrong with the screen that is open, by how it is looked at. */
async function faultsOf(one: ConsoleVisit, screen: string): Promise<string[]> {
  const found: string[] = [];
  for (const [colorScheme, width] of LOOKS) {
    await one.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await one.page.setViewportSize({ width, height: 900 });
    for (const fault of await one.faults()) found.push(`${screen}, ${colorScheme}, ${width}: ${fault}`);
  }
  return found;
}

test.each(SCREENS)(
  'the screens of %s have no fault in light and dark, wide and narrow, and nothing complains',
  async (who, paths) => {
    const [tenant = '', role = ''] = who.split('/');
    const one = await signedIn(tenant, role);
    const faults: string[] = [];
    for (const path of paths) {
      await one.open(path);
      faults.push(...(await faultsOf(one, path)));
    }
    for (const list of listsOf(who)) {
      await one.open(list);
      await one.openFirst();
      faults.push(...(await faultsOf(one, `the first of ${list}`)));
    }
    expect(faults).toEqual([]);
    expect(one.complaints).toEqual([]);
  },
);

test('the entrance has no fault', async () => {
  const one = await visit();
  await one.open('/');
  expect(await faultsOf(one, 'the entrance')).toEqual([]);
  expect(one.complaints).toEqual([]);
});

test('is small, asks nobody but its own origin, and its policy lets no text become code', async () => {
  const assets = join(platform.dataDir, 'console/assets');
  const sizes = readdirSync(assets).map(
    (name) => gzipSync(readFileSync(join(assets, name)), { level: 9 }).length,
  );
  expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(MOST_BYTES);
  const page = await fetch(`${platform.file.apiUrl}/console/approvals`);
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const [asset = ''] = /\/console\/assets\/[^"]+\.js/.exec(await page.text()) ?? [];
  const script = await fetch(platform.file.apiUrl + asset);
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const one = await visit();
  const hosts = new Set<string>();
  one.page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  await one.signIn(credentials('acme', 'ADMIN'));
  expect([...hosts]).toEqual([platform.file.apiUrl]);
  const refused = await one.page.evaluate(() => {
    try {
      document.body.innerHTML = '<i>text</i>';
      return 'taken';
    } catch (error) {
      return (error as Error).name;
    }
  });
  expect(refused).toBe('TypeError');
});
