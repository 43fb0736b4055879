import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { sendCommand } from '#local/control.ts';
import { sampleReturnFile } from '#payments/nacha/return-file.sample.ts';
import { sampleCamt } from '#payments/statements/statements.sample.ts';
import type { Json } from '#tests/support/json.ts';
import { Keyboard } from '#tests/support/keyboard.ts';
import { ORIGINATOR } from '#tests/support/originator.ts';
import { eventually } from '../platform.ts';
import { type Form, faultsOfForm } from './hard-input.ts';
import { ConsoleWorld } from './world.ts';

/** The journeys of those who work for an issuer. */

const world = ConsoleWorld.ofFile();

async function fired(schedule: string): Promise<void> {
  const { controlSocket } = world.platform.file;
  for await (const _ of sendCommand(controlSocket, { command: 'fire', schedule }));
}

describe('the approval inbox', () => {
  /** Orders what waits for a second person. */
  async function proposed(holdings: string): Promise<{ id: string; shareholder: string }> {
    const { body } = await world.platform.api('acme/OPS', 'GET', '/shareholders?external_ref=ACME-00077');
    const [{ id: shareholder, version }] = body.data;
    const answer = await world.platform.api(
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
    const one = await world.signedIn('acme', 'COMPLIANCE', { viewport: { width: 390, height: 844 } });
    const { page } = one;
    await one.open('/approvals?decidable=true');
    await page.getByRole('link', { name: 'Change of positions' }).first().click();
    await page.getByRole('cell', { name: '912345.5' }).waitFor();
    await one.settled();
    await page.getByText('ops@acme.example').first().waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved').first().waitFor();
    const { body } = await world.platform.api('acme/ADMIN', 'GET', `/shareholders/${change.shareholder}`);
    expect(body.holdings).toBe('912345.5');
    expect(one.complaints).toEqual([]);
  });

  test('shows names and numbers whole, however long, on a phone, and what is no id in an address does nothing', async () => {
    const long = { external_ref: `LONG-${'R'.repeat(55)}`, name: 'شركة الاستثمار القابضة (ع.م.ق)' };
    const holder = await world.platform.api('acme/OPS', 'POST', '/shareholders', long);
    expect(holder.status).toBe(201);
    const holdings = '99999999999999999999.999999';
    const huge = { external_ref: 'HUGE-1', name: 'W'.repeat(120), holdings };
    const change = await world.platform.api('acme/OPS', 'POST', '/shareholders', huge);
    expect(change.status).toBe(202);
    const one = await world.signedIn('acme', 'COMPLIANCE', { viewport: { width: 390, height: 844 } });
    await one.open(`/approvals/${change.body.id}`);
    const cell = await one.page.getByRole('cell', { name: holdings }).boundingBox();
    expect((cell?.x ?? 390) + (cell?.width ?? 0)).toBeLessThanOrEqual(390);
    expect(await one.faults()).toEqual([]);
    await one.open(`/shareholders/${holder.body.id}`);
    expect(await one.faults()).toEqual([]);
    expect(one.complaints).toEqual([]);
    await one.open('/shareholders/%3Cimg%20src=x%20onerror=alert(1)%3E');
    await one.page.getByText('There is no such resource').first().waitFor();
    expect((await world.platform.api('acme/ADMIN', 'POST', `/approvals/${change.body.id}/deny`)).status).toBe(
      200,
    );
  });

  test('says to whom a payment goes, and into which account', async () => {
    const waiting = await world.platform.api('acme/COMPLIANCE', 'GET', '/approvals?state=PENDING');
    const payment = waiting.body.data.find(({ kind }: { kind: string }) => kind === 'payment');
    const one = await world.signedIn('acme', 'COMPLIANCE');
    await one.open(`/approvals/${payment.id}`);
    await one.page.getByRole('cell', { name: /^Frances Okafor, …\d{4} at \d{9}, checking$/i }).waitFor();
    await one.page.getByRole('link', { name: 'Frances Okafor (ACME-00007)' }).waitFor();
  });

  test('says so where somebody else has decided meanwhile', async () => {
    const change = await proposed('1');
    const one = await world.signedIn('acme', 'COMPLIANCE');
    await one.open(`/approvals/${change.id}`);
    await one.page.getByRole('button', { name: 'Deny' }).click();
    await one.page.getByLabel('Reason').fill('No');
    expect((await world.platform.api('acme/ADMIN', 'POST', `/approvals/${change.id}/deny`)).status).toBe(200);
    await one.page.getByRole('dialog').getByRole('button', { name: 'Deny' }).click();
    await one.page
      .getByText(/Somebody (else )?has/)
      .first()
      .waitFor();
    await one.page.getByText('Denied').first().waitFor();
  });
});

/** Other lists that the API sorts: the column, and what it is sorted by. */
const SORTED = [
  ['/dividends', 'Payable', 'payable_date'],
  ['/uploads', 'Sent', 'created_at'],
  ['/meetings', 'Record date', 'record_date'],
  ['/payments', 'Entered', 'created_at'],
  ['/transfers', 'Effective', 'effective_date'],
] as const;

describe('the register', () => {
  test('is shown as of the end of a day, and as it was known at an instant', async () => {
    const one = await world.signedIn('acme', 'OPS');
    const { page } = one;
    await one.open('/shareholders');
    await page.getByRole('button', { name: 'Register of a day' }).click();
    await page.getByRole('cell', { name: 'ACME-00001', exact: true }).waitFor();
    const nobody = page.getByText('Nobody had shares then.');
    await page.getByLabel('As of the end of').fill('2026-01-31');
    await nobody.waitFor();
    await page.getByLabel('As of the end of').fill('');
    await page.getByRole('cell', { name: 'ACME-00001', exact: true }).waitFor();
    await page.getByLabel('As known at').fill('2026-01-31 09:30');
    await nobody.waitFor();
    await page.getByText('31 Jan 2026, 09:30 GMT-5').waitFor();
    await page.getByLabel('As known at').fill('last week');
    await page.getByText('must be a day and a time', { exact: false }).first().waitFor();
    expect(await one.faults()).toEqual([]);
  });

  test('is searched, sorted and paged by the API, and a holder has an address', async () => {
    const one = await world.signedIn('acme', 'OPS');
    const { page } = one;
    let counts = 0;
    page.on('request', (request) => {
      if (request.url().includes('total_count=true')) counts += 1;
    });
    await one.open('/shareholders');
    await page.getByText(/\(1–50 of [\d,]+\)/).waitFor();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByRole('link', { name: 'Ada Moreau' }).waitFor({ state: 'detached' });
    await page.getByText(/\(51–100 of [\d,]+\)/).waitFor();
    expect(counts, 'rows are counted once').toBe(1);
    await page.getByRole('button', { name: /^Name/ }).click();
    await page.waitForURL(/sort=name/);
    for (const [path, column, field] of SORTED) {
      await one.open(path);
      const asked = page.waitForResponse(
        (response) => response.url().includes(`sort=${field}`) && response.status() === 200,
      );
      await page.getByRole('button', { name: new RegExp(`^${column}`) }).click();
      await asked;
      await page.waitForURL(new RegExp(`sort=${field}`));
    }
    await one.open('/shareholders');
    await page.getByLabel('Find a holder').fill('tanaka ada');
    await page.waitForURL(/q=tanaka/);
    await page.getByRole('link', { name: 'Ada Tanaka' }).first().click();
    await page.getByRole('heading', { name: 'Ada Tanaka', level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Ada Tanaka', level: 1 }).waitFor();
    await page.getByRole('tab', { name: 'Dividends' }).click();
    await page.getByText('Entitlements').waitFor();
    await page.getByRole('tab', { name: 'Statement' }).click();
    await page.getByLabel('From').fill(addDays(dayOf(new Date()), -400));
    await page.waitForURL(/from=/);
    await page.getByLabel('From').fill(addDays(dayOf(new Date()), -300));
    const statement = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save Statement as CSV' }).click();
    expect(readFileSync(await (await statement).path(), 'utf8')).toMatch(/^\uFEFF?day,kind,/);
    await page.getByRole('button', { name: 'Write it as PDF' }).click();
    const pdf = await page.getByRole('link', { name: /^Download it, as PDF/ }).getAttribute('href');
    expect(await (await fetch(pdf ?? '')).text()).toMatch(/^%PDF-/);
    expect(await one.faults()).toEqual([]);
    await page.getByText('The API call behind this').first().click();
    await page
      .getByText(/GET \/api\/shareholders\//)
      .first()
      .waitFor();
    expect(one.complaints).toEqual([]);
  });
});

describe('a table', () => {
  /** Clicks a button that saves a file, and returns what is in it. */
  async function saved(page: Page, button: string): Promise<string> {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    return readFileSync(await file.path(), 'utf8');
  }

  test('is a file of all that its filter matches, which no spreadsheet runs', async () => {
    const hostile = { external_ref: 'SHEET-1', name: '=HYPERLINK("https://evil.example")', holdings: '0' };
    expect((await world.platform.api('acme/OPS', 'POST', '/shareholders', hostile)).status).toBe(201);
    const one = await world.signedIn('acme', 'OPS');
    await one.open('/shareholders');
    const all = await saved(one.page, 'Save All holders as CSV');
    expect(all.startsWith('\uFEFFid,')).toBe(true);
    const lines = all.trim().split('\r\n');
    await one.page.getByText(`Saved ${lines.length - 1} rows`).waitFor();
    expect(lines.length).toBeGreaterThan(500);
    expect(all).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
    await one.open('/shareholders?q=SHEET-1');
    const found = await saved(one.page, 'Save Found for “SHEET-1” as CSV');
    expect(found.trim().split('\r\n')).toHaveLength(2);
    expect(one.complaints).toEqual([]);
  });

  test('says how far its file is, can be stopped, and ends a file that would be too long', async () => {
    const one = await world.signedIn('acme', 'OPS');
    const { page } = one;
    let read = 0;
    let isHeld = true;
    const row = { external_ref: 'R', name: 'N', holdings: '1', status: 'ACTIVE', contact: {} };
    await page.route(/shareholders\?.*limit=200/, async (route) => {
      read += 1;
      while (isHeld && read > 2) await new Promise((resolve) => setTimeout(resolve, 20));
      const data = Array.from({ length: 200 }, (_, index) => ({ id: `${read}-${index}`, ...row }));
      await route.fulfill({ json: { data, next_cursor: String(read) } });
    });
    await one.open('/shareholders');
    await page.getByRole('button', { name: 'Save All holders as CSV' }).click();
    await page.getByText('400 rows so far').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('rows so far').waitFor({ state: 'detached' });
    isHeld = false;
    const file = await saved(page, 'Save All holders as CSV');
    expect(file.trim().split('\r\n')).toHaveLength(20_001);
    await page.getByText('The file has the first 20,000 rows').waitFor();
    expect(await one.faults()).toEqual([]);
  });

  test('has the columns that a person has chosen, in this browser, and nothing personal is kept for that', async () => {
    const one = await world.signedIn('acme', 'OPS');
    const { page } = one;
    const email = page.getByRole('columnheader', { name: 'Email' });
    await one.open('/shareholders');
    await email.waitFor();
    await page.getByRole('button', { name: 'Columns of All holders' }).click();
    expect(await page.getByRole('checkbox', { name: 'Name', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: 'Email' }).uncheck();
    expect(await one.faults()).toEqual([]);
    await page.getByRole('button', { name: 'Done' }).click();
    await email.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('columnheader', { name: 'KYC' }).waitFor();
    expect(await email.count()).toBe(0);
    const kept = await page.evaluate(() => Object.entries(localStorage));
    expect(kept.filter(([key]) => key.startsWith('vestry.columns.'))).toEqual([
      [expect.stringMatching(/^vestry\.columns\.[0-9a-f-]{36}\.shareholders$/), '["email"]'],
    ]);
    await page.getByRole('button', { name: 'Columns of All holders' }).click();
    await page.getByRole('button', { name: 'Show all', exact: true }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await email.waitFor();
    expect(one.complaints).toEqual([]);
  });
});

test('a dividend is computed before it is declared, and waits for a second person', async () => {
  const one = await world.signedIn('acme', 'OPS');
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
  const { body } = await world.platform.api('acme/OPS', 'GET', '/dividends?state=PENDING');
  const one = await world.signedIn('acme', 'OPS');
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
  const run = { state: 'DONE', only: 'UNPAID', never_ordered: 1200, started_at: new Date().toISOString() };
  const none = { ordered: 0, pending: 0, sent: 0, settled: 0, failed: 0, cancelled: 0, returned: 0 };
  await page.route('**/dividends/*/disburse', (route) =>
    route.fulfill({ json: { ...run, ...none, without_kyc: 0, without_account: 0 } }),
  );
  await page.getByRole('button', { name: 'The order to pay it' }).click();
  await page.getByText('1,200 payments were never ordered').waitFor();
  expect(await one.faults()).toEqual([]);
  await page.getByRole('link', { name: 'The request' }).click();
  await page.getByRole('heading', { name: 'Payments of a dividend' }).waitFor();
  expect(one.complaints).toEqual([]);
});

test('a holder who was missed is owed a line beside the others, by two people, and the tax of it is recorded as paid', async () => {
  const { platform } = world;
  const approved = async (id: string | undefined): Promise<void> => {
    const answer = await platform.api('acme/COMPLIANCE', 'POST', `/approvals/${id}/approve`);
    expect(answer.status).toBe(200);
  };
  const withhold = async (withholding: 'NONE' | 'US'): Promise<void> => {
    const { body } = await platform.api('acme/ADMIN', 'GET', '/settings/register');
    const version = { 'if-match': `"${body.version}"` };
    const asked = await platform.api('acme/ADMIN', 'PUT', '/settings/register', { withholding }, version);
    await approved(asked.body.id);
  };
  await withhold('US');
  const { body: holders } = await platform.api('acme/OPS', 'GET', '/shareholders?external_ref=ACME-00021');
  const { body: dividends } = await platform.api('acme/OPS', 'GET', '/dividends');
  const dividend = dividends.data.find(({ state }: Json) => state === 'PENDING' || state === 'PAYING');
  const one = await world.signedIn('acme', 'OPS');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  const proposed = async (): Promise<string | undefined> => {
    const link = await page.getByRole('link', { name: 'The request' }).getAttribute('href');
    return link?.split('/').at(-1);
  };
  await one.open(`/dividends/${dividend.id}`);
  await page.getByRole('button', { name: 'Correct it' }).click();
  await dialog.getByLabel('Holder’s reference').fill('NOBODY');
  await dialog.getByLabel('Owed beside it, in USD').fill('1,000');
  await dialog.getByLabel('Reason').fill(`The transfer was lodged <b>late</b> ${'W'.repeat(200)}`);
  await dialog.getByRole('button', { name: 'Correct it' }).click();
  await dialog.getByText('No holder has the reference NOBODY').waitFor();
  await dialog.getByText('It must be written as the register has it').waitFor();
  await dialog.getByLabel('Holder’s reference').fill('ACME-00021');
  await dialog.getByRole('button', { name: 'Correct it' }).click();
  await dialog.getByText(/^It must be/).waitFor();
  expect(await one.faults()).toEqual([]);
  await dialog.getByLabel('Owed beside it, in USD').fill('100.00');
  await dialog.getByRole('button', { name: 'Correct it' }).click();
  await approved(await proposed());
  await page.reload();
  await page.getByText(/^The transfer was lodged <b>late<\/b>/).waitFor();
  await page.getByText('24.00 USD, backup 24 %').first().waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await one.faults()).toEqual([]);

  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('link', { name: 'Tax', exact: true }).click();
  await page.getByRole('button', { name: 'Record a payment' }).click();
  await dialog.getByLabel('Amount').fill('24.01');
  await dialog.getByLabel('Paid').fill(addDays(dayOf(new Date()), -1));
  await dialog.getByLabel('Reference').fill(`EFT <i>2706</i> ${'9'.repeat(80)}`);
  await dialog.getByRole('button', { name: 'Record the payment' }).click();
  await dialog.getByText(/^It must be at most 0.00 USD/).waitFor();
  expect(await one.faults()).toEqual([]);
  await dialog.getByLabel('Paid').fill(dayOf(new Date()));
  await dialog.getByLabel('Amount').fill('14.00');
  await dialog.getByRole('button', { name: 'Record the payment' }).click();
  await approved(await proposed());
  await page.reload();
  await page.locator('dt:has-text("Still owed") + dd', { hasText: '10.00 USD' }).waitFor();
  await page.getByRole('row', { name: /EFT <i>2706<\/i>/ }).waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await one.faults()).toEqual([]);

  await one.open(`/shareholders/${holders.data[0].id}?tab=tax`);
  await page.getByRole('button', { name: 'Set the form' }).click();
  await dialog.getByRole('button', { name: /^Form/ }).click();
  await page.getByRole('option', { name: 'W-9', exact: true }).click();
  await dialog.getByLabel('Signed').fill('January');
  await dialog.getByLabel('Tax id', { exact: true }).fill('000-45-6789');
  await dialog.getByRole('button', { name: 'Set the form' }).click();
  await dialog.getByText(/^It must be a date/).waitFor();
  await dialog.getByLabel('Signed').fill('2026-01-05');
  await dialog.getByRole('button', { name: 'Set the form' }).click();
  await dialog.getByText(/^It is no SSN/).waitFor();
  expect(await one.faults()).toEqual([]);
  await dialog.getByLabel('Tax id', { exact: true }).fill('123-45-6789');
  await dialog.getByRole('button', { name: 'Set the form' }).click();
  await approved(await proposed());
  await page.reload();
  await page.getByText('SSN …6789').waitFor();
  expect(await page.content()).not.toContain('45-6789');
  await withhold('NONE');
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('the money of a payment is asked back from its page, for one approval', async () => {
  const { body } = await world.platform.api('acme/OPS', 'GET', '/transactions?status=SETTLED&type=DISBURSE');
  const one = await world.signedIn('acme', 'OPS');
  const { page } = one;
  await one.open(`/payments/${body.data[0].id}`);
  await page.getByRole('button', { name: 'Ask for the money back' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('Paid twice, <i>by hand</i>');
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: 'Ask for the money back' }).click();
  await page.getByRole('heading', { name: /^Reversal of/ }).waitFor();
  await page.getByRole('link', { name: 'Waits for a second person' }).click();
  await page.getByRole('heading', { name: 'Reversal of a payment' }).waitFor();
  await page.getByText('Paid twice, <i>by hand</i>').first().waitFor();
  expect(one.complaints).toEqual([]);
});

test('a file is checked, shows its errors, is corrected in place, and is loaded', async () => {
  const one = await world.signedIn('acme', 'OPS');
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
  const none = await world.platform.api('acme/OPS', 'GET', '/shareholders?external_ref=FILE-1');
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
    [1, 2, 3, 4].map((row) =>
      world.platform.api('acme/OPS', 'GET', `/shareholders?external_ref=FILE-${row}`),
    ),
  );
  expect(loaded.map(({ body }) => body.data[0]?.name)).toEqual([
    ...['<b>Ada</b>', 'Grace, "the" second', 'Katherine', 'Dorothy'],
  ]);
  await one.open('/shareholders?q=FILE-1');
  await page.getByRole('link', { name: '<b>Ada</b>' }).waitFor();

  // A file that no form takes goes past the API, and says how far it is.
  const big = `[${' '.repeat(4_600_000)}{"external_ref":"BIG-1","name":"Big","holdings":"1"}]`;
  await one.open('/uploads');
  await page.route('**/vestry-local-uploads/**', async (route) => {
    await page.getByText('On its way', { exact: true }).waitFor();
    await route.continue();
  });
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'big.json', mimeType: 'application/json', buffer: Buffer.from(big) });
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByText('Every row is right').waitFor();
  await page.getByText('Presigned').waitFor();
  await page.getByRole('button', { name: 'Load 1 row' }).click();
  await page.getByText('Loaded', { exact: true }).waitFor();

  // A longer one goes in parts, which are made small here. What is lost in the middle of one goes on with that part.
  const upload = page.url().split('/').at(-1);
  const bucket = '/vestry-local-uploads/part';
  const offers: string[] = [];
  const taken: (string | undefined)[] = [];
  const lost = new Set<string>();
  await page.unrouteAll();
  await page.route('**/api/uploads/shareholders?*', async (route) => {
    offers.push((await route.request().headerValue('idempotency-key')) ?? '');
    const parts = [1, 2, 3].map((part_number) => ({
      part_number,
      url: `${world.platform.file.awsEndpointUrl}${bucket}-${part_number}?offer=${offers.length}`,
    }));
    await route.fulfill({ json: { id: upload, parts, part_size: 2_000_000 } });
  });
  await page.route(`**${bucket}-*`, async (route) => {
    const { pathname, search } = new URL(route.request().url());
    const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'etag' };
    if (pathname.endsWith('1') || (pathname.endsWith('3') && search.endsWith('2'))) {
      taken.push(pathname);
      await route.fulfill({ headers: { ...headers, etag: `"${pathname.at(-1)}"` } });
    } else if (pathname.endsWith('3')) await route.fulfill({ status: 403, headers });
    else if (lost.has(pathname)) {
      taken.push(pathname);
      await route.fulfill({ headers: { ...headers, etag: '"2"' } });
    } else {
      lost.add(pathname);
      await route.abort('connectionreset');
    }
  });
  const completed = page.waitForRequest('**/complete');
  await page.route('**/complete', (route) => route.fulfill({ json: { id: upload } }));
  await one.open('/uploads');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'parts.json', mimeType: 'application/json', buffer: Buffer.from(big) });
  await page.getByRole('button', { name: 'Check the file' }).click();
  const parts = ['"1"', '"2"', '"3"'].map((etag, index) => ({ part_number: index + 1, etag }));
  expect((await completed).postDataJSON()).toEqual({ parts });
  expect(taken).toEqual([1, 2, 3].map((number) => `${bucket}-${number}`));
  expect(offers).toEqual([offers[0], offers[0]]);
  await page.unrouteAll();

  // A file of accounts is loaded once a second person approves it.
  const accounts = [
    'payee,routing_number,account_number,account_type,holder_name',
    'FILE-1,121042882,900000000000,CHECKING,<b>Ada</b>',
  ];
  const ofAccounts = { name: 'accounts.csv', mimeType: 'text/csv', buffer: Buffer.from(accounts.join('\n')) };
  await one.open('/uploads');
  await page.getByRole('button', { name: /^Of what/ }).click();
  await page.getByRole('option', { name: 'Bank accounts' }).click();
  await page.locator('input[type=file]').setInputFiles(ofAccounts);
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('button', { name: 'Load 1 row' }).click();
  await page.getByText('It waits for a second person').waitFor();
  await page.getByRole('link', { name: 'The request' }).click();
  await page.getByRole('heading', { name: 'File of bank accounts' }).waitFor();
  expect(await page.content()).not.toContain('900000000000');
  // The lost connection and the expired address are told to the browser's console by the browser itself.
  expect(one.complaints.filter((line) => !/ERR_CONNECTION_RESET|403/.test(line))).toEqual([]);
});

test('an issuer’s Friday is done by keyboard alone: a file, its errors, the diff, a dividend, and a colleague’s approval', async () => {
  const one = await world.visit();
  const { page } = one;
  const keyboard = new Keyboard(page);
  const { email, password } = world.credentials('acme', 'OPS');
  await one.open('/');
  await keyboard.write(page.getByLabel('Company'), 'acme');
  await keyboard.write(page.getByLabel('Email'), email);
  await keyboard.write(page.getByLabel('Password'), password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What waits today' }).waitFor();

  await keyboard.press(page.getByRole('link', { name: 'Uploads' }));
  const rows = [
    'external_ref,name,holdings,email',
    ...['KEYS-1,Ada,10,', 'KEYS-2,Grace,ten,', 'KEYS-3,Katherine,30.5,nobody', 'KEYS-4,,40,'],
  ];
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    keyboard.press(page.locator('input[type=file]')),
  ]);
  const buffer = Buffer.from(rows.join('\n'));
  await chooser.setFiles({ name: 'keys.csv', mimeType: 'text/csv', buffer });
  await keyboard.press(page.getByRole('button', { name: 'Check the file' }));
  await keyboard.press(page.getByRole('button', { name: 'Correct them here' }));
  const first = page.getByLabel('holdings, line 3');
  await first.waitFor();
  // The button is gone: its place in the order is that of the first field that is wrong.
  expect(await first.evaluate((field) => field === document.activeElement)).toBe(true);
  await keyboard.write(first, '20');
  await keyboard.write(page.getByLabel('email, line 4'), 'katherine@acme.example');
  await keyboard.write(page.getByLabel('name, line 5'), 'Dorothy');
  await keyboard.press(page.getByRole('button', { name: 'Check 3 corrected rows' }));
  await page.getByText('By class').waitFor();
  await keyboard.press(page.getByRole('button', { name: /^Load 3 rows/ }));
  await page.getByText('Loaded', { exact: true }).waitFor();

  await keyboard.press(page.getByRole('link', { name: 'Dividends', exact: true }));
  await keyboard.press(page.getByRole('button', { name: 'Declare a dividend' }));
  await keyboard.write(page.getByLabel('Record date'), addDays(dayOf(new Date()), 11));
  await keyboard.write(page.getByLabel('Payable date'), addDays(dayOf(new Date()), 21));
  await keyboard.write(page.getByLabel('Rate', { exact: true }), '0.25');
  await keyboard.press(page.getByRole('button', { name: 'Compute it' }));
  await page.getByRole('heading', { name: 'The largest' }).waitFor();
  await keyboard.press(page.getByRole('button', { name: 'Declare it' }));
  await keyboard.to(page.getByRole('link', { name: 'Waits for a second person' }));

  const colleague = await world.signedIn('acme', 'COMPLIANCE');
  const keys = new Keyboard(colleague.page);
  await keys.press(colleague.page.getByRole('link', { name: 'Approvals', exact: true }));
  await keys.press(colleague.page.getByRole('link', { name: 'Dividend', exact: true }).first());
  await keys.press(colleague.page.getByRole('button', { name: 'Approve' }));
  const dialog = colleague.page.getByRole('dialog');
  await keys.press(dialog.getByRole('button', { name: 'Cancel' }));
  await dialog.waitFor({ state: 'detached' });
  // A window gives the focus back, and where its button is gone with what was done, the screen has it.
  const focused = () => colleague.page.evaluate(() => document.activeElement?.textContent?.trim());
  expect(await focused()).toBe('Approve');
  await colleague.page.keyboard.press('Enter');
  await keys.press(dialog.getByRole('button', { name: 'Approve' }));
  await dialog.waitFor({ state: 'detached' });
  await colleague.page.locator('main:focus').waitFor();
  await colleague.page.getByText('Approved').first().waitFor();

  await keys.press(colleague.page.getByRole('link', { name: 'Skip to the screen' }));
  await colleague.page.locator('main:focus').waitFor();
  expect([...keyboard.unseen, ...keys.unseen]).toEqual([]);
  expect([...one.complaints, ...colleague.complaints]).toEqual([]);
});

test('a lost connection is said, reads go on by themselves, and a write is sent again with its key alone', async () => {
  const one = await world.signedIn('acme', 'COMPLIANCE');
  const { page } = one;
  const context = page.context();
  const lost = page.getByText('Vestry can’t be reached. What you see may be old');
  await one.open('/shareholders');
  await context.setOffline(true);
  await lost.waitFor();
  // A list that nobody has answered is not an empty one.
  await page.getByLabel('Find a holder').fill('moreau');
  await page.getByText('It could not be loaded').waitFor();
  // A screen that nobody has been at is loaded once there is a connection.
  await page.getByRole('link', { name: 'Legal holds' }).click();
  await context.setOffline(false);
  await page.getByRole('heading', { name: 'Legal holds', level: 1 }).waitFor();
  await lost.waitFor({ state: 'detached' });

  const { body: holders } = await world.platform.api('acme/ADMIN', 'GET', '/shareholders?limit=1');
  const keys: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/legal-holds'))
      keys.push(request.headers()['idempotency-key']);
  });
  await page.getByRole('button', { name: 'Place a hold' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('The holder’s id').fill(holders.data[0].id);
  await dialog.getByLabel('Reason').fill('Offline');
  await context.setOffline(true);
  await dialog.getByRole('button', { name: 'Place the hold' }).click();
  await dialog.getByText('Nothing that you have entered is lost').waitFor();
  await context.setOffline(false);
  // The platform does it, and its answer is lost on the way.
  await page.route(
    '**/api/legal-holds',
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await dialog.getByRole('button', { name: 'Place the hold' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(keys.length).toBeGreaterThan(2);
  expect(new Set(keys).size).toBe(1);
  const { body: holds } = await world.platform.api('acme/COMPLIANCE', 'GET', '/legal-holds');
  expect(holds.data.filter(({ reason }: Json) => reason === 'Offline')).toHaveLength(1);

  // Nothing is repeated by itself that has no key.
  let changes = 0;
  await page.route('**/api/legal-holds/*', async (route) => {
    changes += 1;
    await route.abort();
  });
  await page
    .getByRole('row', { name: /Offline/ })
    .getByRole('button', { name: 'Release it' })
    .click();
  await dialog.getByRole('button', { name: 'Release the hold' }).click();
  await dialog.getByText('Vestry can’t be reached').waitFor();
  expect(changes).toBe(1);
});

test('a return that names no payment of ours is dealt with on the exceptions desk, by two people', async () => {
  const sent = await world.platform.api('acme/OPS', 'GET', '/transactions?status=SENT');
  const [payment] = sent.body.data;
  const answer = {
    entry: { traceNumber: '021000020000099', reference: 'LOST' },
    code: 'R03',
    amountMinor: BigInt(payment.amount.replace('.', '')),
  };
  const s3 = world.platform.s3();
  const Key = 'ach/inbound/acme/friday-<b>.ach';
  const Body = Buffer.from(sampleReturnFile([answer]), 'latin1');
  await s3.send(new PutObjectCommand({ Bucket: 'vestry-local-uploads', Key, Body }));
  s3.destroy();
  const desk = () => world.platform.api('acme/OPS', 'GET', '/exceptions?kind=BANK_ITEM');
  await eventually(desk, ({ body }) => body.data.length > 0);

  const one = await world.signedIn('acme', 'OPS');
  const { page } = one;
  await page.getByRole('link', { name: 'Payment exceptions: 1' }).click();
  await page.getByText('R03: No account, or unable to locate the account').first().waitFor();
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

  const colleague = await world.signedIn('acme', 'COMPLIANCE');
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

test('a payment of a dividend that came back is taken from the desk to its new payment', async () => {
  const settled = await world.platform.api('acme/OPS', 'GET', '/transactions?status=SETTLED&type=DIVIDEND');
  const [payment] = settled.body.data;
  const answer = {
    entry: { traceNumber: '021000020000101', reference: 'GONE' },
    code: 'R23',
    amountMinor: BigInt(payment.amount.replace('.', '')),
  };
  const s3 = world.platform.s3();
  const Body = Buffer.from(sampleReturnFile([answer]), 'latin1');
  await s3.send(
    new PutObjectCommand({ Bucket: 'vestry-local-uploads', Key: 'ach/inbound/acme/late.ach', Body }),
  );
  s3.destroy();
  const desk = () => world.platform.api('acme/OPS', 'GET', '/exceptions?kind=BANK_ITEM');
  await eventually(desk, ({ body }) => body.data.length > 0);
  const one = await world.signedIn('acme', 'OPS');
  const { page } = one;
  await one.open('/exceptions');
  await page.getByText('R23: Credit entry refused by the receiver').waitFor();
  await page.getByRole('button', { name: 'Match it' }).click();
  const dialog = page.getByRole('dialog', { name: 'Match it' });
  await dialog.getByLabel('Or its id').fill(payment.id);
  await dialog.getByRole('button', { name: 'Match it' }).click();
  const request = await page.getByRole('link', { name: 'The request' }).getAttribute('href');
  const approval = request?.split('/').at(-1);
  expect((await world.platform.api('acme/COMPLIANCE', 'POST', `/approvals/${approval}/approve`)).status).toBe(
    200,
  );
  await one.open(`/payments/${payment.id}`);
  await page.getByText('Taken back by').waitFor();
  await page.getByRole('button', { name: 'Pay it again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pay it again' }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(payment.id));
  await page.getByText('Pending').first().waitFor();
  await one.open(`/payments/${payment.id}`);
  await page.getByText('Paid again by').waitFor();
  expect(await one.faults()).toEqual([]);
  expect(one.complaints).toEqual([]);
});

test('compliance finds a change by its request, follows it, verifies a day, holds a record and has a report', async () => {
  const request = { 'x-request-id': 'trail-42' };
  const holder = { external_ref: 'TRAIL-1', name: '<i>Trail</i>' };
  const made = await world.platform.api('acme/OPS', 'POST', '/shareholders', holder, request);
  expect(made.status).toBe(201);
  const one = await world.signedIn('acme', 'COMPLIANCE');
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

  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Record a KYC check' }).click();
  await dialog.getByLabel('Day of the check').fill('yesterday');
  await dialog.getByLabel('Reason').fill(`Passport <b>seen</b>${'.'.repeat(1_000_000)}`);
  await dialog.getByRole('button', { name: 'Record the check' }).click();
  const fault = dialog.getByText('It must be a date as YYYY-MM-DD');
  await fault.waitFor();
  expect(await one.faults()).toEqual([]);
  // The fault is gone once somebody edits the field.
  await dialog.getByLabel('Day of the check').fill(addDays(dayOf(new Date()), -1));
  await fault.waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: 'Record the check' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Passport <b>seen</b>').first().waitFor();
  await page.getByText(/^Checked on/).waitFor();

  await one.open('/requests?operation=createShareholder');
  await page.getByRole('cell', { name: 'POST /shareholders', exact: true }).first().waitFor();
  expect(await one.faults()).toEqual([]);
  await page.getByRole('link', { name: 'trail-42' }).click();
  await page.getByRole('heading', { name: 'Audit trail', level: 1 }).waitFor();
  await one.open('/requests?status=4xx');
  await page.getByText('422 Validation failed').first().waitFor();

  await one.open('/legal-holds');
  await page.getByRole('button', { name: 'Place a hold' }).click();
  await dialog.getByLabel('The holder’s id').fill(made.body.id);
  await dialog.getByLabel('Reason').fill('Matter <b>2026-117</b>');
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: 'Place the hold' }).click();
  await page.getByText('Matter <b>2026-117</b>').waitFor();
  await page.getByRole('button', { name: 'Release it' }).click();
  await dialog.getByRole('button', { name: 'Release the hold' }).click();
  await page.getByText('It waits for a second person').waitFor();
  await page.getByRole('button', { name: 'Preview the next purge' }).click();
  await page.getByLabel('The run of').fill('2060-01-31');
  await page.getByRole('heading', { name: 'The purge of 31 Jan 2060' }).waitFor();
  await page.getByRole('row', { name: /^Change requests/ }).waitFor();
  expect(await one.faults()).toEqual([]);

  await one.open('/reports?report=holdings');
  await page.getByRole('button', { name: 'Write the file' }).click();
  const url = await page.getByRole('link', { name: /^Download it/ }).getAttribute('href');
  expect(await (await fetch(url ?? '')).text()).toContain('ACME-00001');
  // The refusal is told to the browser's console by the browser itself.
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('a ballot is cast, and counted by the tally on the screen', async () => {
  const { data: meetings } = (await world.platform.api('acme/ADMIN', 'GET', '/proxy/meetings')).body;
  const [{ id }] = meetings;
  const { data: ballots } = (
    await world.platform.api('acme/ADMIN', 'GET', `/proxy/meetings/${id}/votes?limit=200`)
  ).body;
  const voted = new Set(ballots.map(({ shareholder_id }: Json) => shareholder_id));
  const { data: holders } = (await world.platform.api('acme/ADMIN', 'GET', '/shareholders?limit=200')).body;
  const holder = holders.find((one: Json) => !voted.has(one.id) && one.holdings !== '0');
  const one = await world.signedIn('acme', 'ADMIN');
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
  const { data: cast } = (await world.platform.api('acme/ADMIN', 'GET', `/shareholders/${holder.id}/votes`))
    .body;
  expect(cast[0].choices).toEqual({ [meetings[0].items[0].id]: 'AGAINST' });
  const found = page.locator(`a[href$='/shareholders/${holder.id}']`, { hasText: holder.name });
  const further = page.getByRole('button', { name: 'Next page' });
  // The last page may still be on its way, and there is none to go on to behind it.
  await expect
    .poll(
      async () => {
        const seen = await found.count();
        if (seen === 0 && (await further.isEnabled())) await further.click();
        return seen;
      },
      { interval: 1_000, timeout: 30_000 },
    )
    .not.toBe(0);
  await page.getByRole('row').filter({ has: found }).getByRole('button', { name: 'Revoke it' }).click();
  await dialog.getByRole('button', { name: 'Revoke the ballot' }).click();
  await counted(ballots.length);
  expect(one.complaints).toEqual([]);
});

test('a meeting is called, amended before it opens, and cancelled', async () => {
  const one = await world.signedIn('acme', 'ADMIN');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  const ahead = (days: number) => addDays(dayOf(new Date()), days);
  await one.open('/meetings/new');
  await page.getByLabel('Title').fill('Special meeting');
  await page.getByRole('textbox', { name: 'Record date' }).fill(ahead(5));
  await page.getByLabel('Opens').fill('soon');
  await page.getByLabel('Closes').fill(`${ahead(40)} 17:00`);
  await page.getByLabel('Item 1', { exact: true }).fill('Amend the articles');
  await page.getByRole('button', { name: 'Call it' }).click();
  await page.getByText('It must be a day and a time, as 2026-01-31 09:30').waitFor();
  await page.getByLabel('Opens').fill(`${ahead(20)} 09:00`);
  await page.getByRole('button', { name: 'Call it' }).click();
  await page.getByRole('heading', { name: 'Special meeting', level: 1 }).waitFor();

  await page.getByRole('button', { name: 'Amend it' }).click();
  expect(await dialog.getByRole('button', { name: 'Amend the meeting' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Title').fill('<b>Special</b> meeting');
  await dialog.getByLabel('Closes').fill(`${ahead(41)} 18:00`);
  await dialog.getByLabel('Item 1').fill('Amend the bylaws');
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: 'Amend the meeting' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: '<b>Special</b> meeting', level: 1 }).waitFor();
  const id = page.url().split('/').at(-1);
  const { body } = await world.platform.api('acme/ADMIN', 'GET', `/proxy/meetings/${id}`);
  expect(body).toMatchObject({ quorum: '0.5', items: [{ id: '1', title: 'Amend the bylaws' }] });
  expect(dayOf(new Date(body.closes_at))).toBe(ahead(41));

  await page.getByRole('button', { name: 'Cancel the meeting' }).click();
  await dialog.getByRole('button', { name: 'Cancel the meeting' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await page.getByText('Cancelled').first().isVisible()).toBe(true);
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('a class is declared, shares are transferred and taken back, and a split is computed, approved and applied', async () => {
  const one = await world.signedIn('acme', 'OPS');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  await one.open('/classes');
  await page.getByRole('button', { name: 'Declare a class' }).click();
  await dialog.getByLabel('Code').fill('series-c');
  await dialog.getByLabel('Name').fill('<i>Series</i> C');
  await dialog.getByLabel('Authorised shares').fill('5,000');
  await dialog.getByRole('button', { name: 'Declare the class' }).click();
  await dialog.getByText('It must be', { exact: false }).waitFor();
  expect(await one.faults()).toEqual([]);
  await dialog.getByLabel('Authorised shares').fill('5000');
  await dialog.getByRole('button', { name: 'Declare the class' }).click();
  await page.getByRole('heading', { name: '<i>Series</i> C', level: 1 }).waitFor();
  await one.settled();

  // Somebody else changes it while the form is open: that is said, and nothing of it is overwritten.
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await dialog.getByLabel('Authorised shares').fill('4000');
  const name = { name: 'Series C, renamed' };
  const renamed = await world.platform.api('acme/ADMIN', 'PATCH', '/security-classes/SERIES-C', name, {
    'if-match': '"1"',
  });
  expect(renamed.status).toBe(200);
  await dialog.getByRole('button', { name: 'Change the class' }).click();
  await dialog.getByText('name: <i>Series</i> C → Series C, renamed').waitFor();
  await dialog.getByRole('button', { name: 'Change the class' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { body: changed } = await world.platform.api('acme/ADMIN', 'GET', '/security-classes/SERIES-C');
  expect(changed).toMatchObject({ name: 'Series C, renamed', authorized: '4000' });

  await page.getByRole('link', { name: 'Transfers', exact: true }).click();
  await page.getByRole('button', { name: 'Enter a transfer' }).click();
  await dialog.getByLabel('From').fill('NOBODY');
  await dialog.getByLabel('To', { exact: true }).fill('ACME-00012');
  await dialog.getByLabel('Shares').fill('2.5');
  await dialog.getByLabel('Effective date').fill(dayOf(new Date()));
  await dialog.getByRole('button', { name: 'Enter the transfer' }).click();
  await dialog.getByText('No holder has the reference NOBODY').waitFor();
  await dialog.getByLabel('From').fill('ACME-00011');
  await dialog.getByLabel('Effective date').fill(addDays(dayOf(new Date()), 9));
  await dialog.getByRole('button', { name: 'Enter the transfer' }).click();
  await dialog.getByText('It must not be', { exact: false }).waitFor();
  await dialog.getByLabel('Effective date').fill(addDays(dayOf(new Date()), -2));
  await dialog.getByRole('button', { name: 'Enter the transfer' }).click();
  await page.getByText('It comes too late for what was frozen before').waitFor();
  await page.getByRole('link', { name: 'The transfer', exact: true }).click();
  await page.getByRole('link', { name: /\(ACME-00011\)/ }).waitFor();
  await page.getByRole('button', { name: 'Take it back' }).click();
  await dialog.getByRole('button', { name: 'Take the transfer back' }).click();
  await page.getByText('Taken back', { exact: true }).waitFor();
  await one.settled();
  await one.open('/transfers?holder=ACME-00012');
  expect(await page.getByRole('row').count()).toBe(3);
  await page.getByText('Takes one back').waitFor();

  await one.open('/classes/PREFERRED');
  await page.getByRole('button', { name: 'Split it' }).click();
  await page.getByLabel('Shares after').fill('many');
  await page.getByLabel('Effective date').fill(dayOf(new Date()));
  await page.getByRole('button', { name: 'Compute it' }).click();
  await page.getByText('It must be a whole number, such as 2.').waitFor();
  await page.getByLabel('Shares after').fill('7');
  await page.getByLabel('Shares before').fill('3');
  await page.getByRole('button', { name: /^Fractions/ }).click();
  await page.getByRole('option', { name: 'Are paid in cash' }).click();
  await page.getByLabel('Price of a share').fill('12.50');
  await page.getByLabel('Payable date').fill(addDays(dayOf(new Date()), 20));
  await page.getByRole('button', { name: 'Compute it' }).click();
  await page.getByRole('heading', { name: 'The largest' }).waitFor();
  expect(await one.faults()).toEqual([]);
  await page.getByRole('button', { name: 'Propose it' }).click();
  await page.getByRole('heading', { name: 'Corporate action', level: 1 }).waitFor();
  const request = page.url().split('/').at(-1);
  const approved = await world.platform.api('acme/COMPLIANCE', 'POST', `/approvals/${request}/approve`);
  expect(approved.status).toBe(200);
  await one.open('/splits?class=PREFERRED');
  await one.openFirst();
  await page.getByText('Scheduled', { exact: true }).waitFor();
  await fired('apply-splits');
  await page.getByRole('link', { name: /^Dividend / }).waitFor();
  await page.getByRole('button', { name: 'Reverse it' }).click();
  await dialog.getByRole('button', { name: 'Reverse the split' }).click();
  await page.getByText('It waits for a second person').waitFor();
  expect(await one.faults()).toEqual([]);
  expect(one.complaints.filter((line) => !/4(12|22)/.test(line))).toEqual([]);
});

test('a holder is entered, changed beside somebody else, given an account by two people, closed, and reopened', async () => {
  const one = await world.signedIn('acme', 'OPS', { viewport: { width: 390, height: 844 } });
  const { page } = one;
  const dialog = page.getByRole('dialog');
  await one.open('/shareholders');
  await page.getByRole('button', { name: 'Enter a holder' }).click();
  await dialog.getByLabel('Reference').fill('ACME-00001');
  await dialog.getByLabel('Name').fill('مريم بنت عبد الله');
  await dialog.getByLabel('Email').fill('nobody');
  await dialog.getByRole('button', { name: 'Enter the holder' }).click();
  await dialog.getByText('It must be an email', { exact: false }).waitFor();
  await dialog.getByLabel('Email').fill('mariam@acme.example');
  await dialog.getByRole('button', { name: 'Enter the holder' }).click();
  await dialog.getByText('A shareholder with this', { exact: false }).waitFor();
  await dialog.getByLabel('Reference').fill('MARIAM-1');
  await dialog.getByRole('button', { name: 'Enter the holder' }).click();
  await page.getByRole('heading', { name: 'مريم بنت عبد الله', level: 1 }).waitFor();
  await one.settled();
  expect(await one.faults()).toEqual([]);

  const id = page.url().split('/').at(-1);
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await dialog.getByRole('button', { name: 'Street, city and country' }).click();
  await dialog.getByLabel('Lines').fill('1 Main Street');
  await dialog.getByLabel('City', { exact: true }).fill('Springfield');
  await dialog.getByLabel('Country', { exact: true }).fill('us');
  const phone = { contact: { phone: '+1 555 0100' } };
  const changed = await world.platform.api('acme/ADMIN', 'PATCH', `/shareholders/${id}`, phone, {
    'if-match': '"1"',
  });
  expect(changed.status).toBe(200);
  // The screen behind the form has it as soon as somebody comes back to it: the form says so before anything is sent.
  const told = async (): Promise<number> => {
    await page.evaluate(() => dispatchEvent(new Event('visibilitychange')));
    return dialog.getByText('contact › phone: nothing → +1 555 0100').count();
  };
  await eventually(told, (count) => count === 1, 30_000);
  await dialog.getByRole('button', { name: 'Change the holder' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { body: holder } = await world.platform.api('acme/ADMIN', 'GET', `/shareholders/${id}`);
  expect(holder.contact).toMatchObject({
    ...{ phone: '+1 555 0100', address: '1 Main Street, Springfield, US' },
    postal_address: { lines: ['1 Main Street'], city: 'Springfield', country: 'US' },
  });

  await one.open(`/shareholders/${id}?tab=accounts`);
  await page.getByRole('button', { name: 'Add an account' }).click();
  await dialog.getByLabel('Name on the account').fill('Mariam');
  await dialog.getByLabel('Routing number').fill('121042883');
  await dialog.getByLabel('Account number').fill('000987654321');
  await dialog.getByRole('button', { name: 'Add the account' }).click();
  await dialog.getByText('is not an ABA routing number', { exact: false }).first().waitFor();
  await dialog.getByLabel('Routing number').fill('121042882');
  await dialog.getByRole('button', { name: 'Add the account' }).click();
  await page.getByText('It waits for a second person').waitFor();
  await page.getByText('…4321').waitFor();
  expect(await one.faults()).toEqual([]);

  for (const [item, button, state] of [
    ['Close the holder', 'Close the holder', 'Closed'],
    ['Reopen', 'Reopen the holder', 'Active'],
  ] as const) {
    if (state === 'Closed') await page.getByRole('button', { name: 'More', exact: true }).last().click();
    await page.getByRole(state === 'Closed' ? 'menuitem' : 'button', { name: item }).click();
    await dialog.getByRole('button', { name: button }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(state, { exact: true }).first().waitFor();
  }
  await one.open(`/shareholders/${id}?tab=history`);
  for (const done of [
    'Shareholder created',
    'Shareholder updated',
    'Shareholder closed',
    'Shareholder reopened',
  ])
    await page.getByRole('cell', { name: done, exact: true }).first().waitFor();
  expect(await page.getByRole('columnheader', { name: 'From', exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: /, Shareholder closed$/ }).click();
  await dialog.getByText('What it has changed').waitFor();
  expect(await dialog.getByText('From', { exact: true }).count()).toBe(0);
  expect(await one.faults()).toEqual([]);
  expect(one.complaints.filter((line) => !/4(09|12|22)/.test(line))).toEqual([]);
});

test('shares are set by hand, and are the issuer’s own once two people have said so; a split is called off', async () => {
  const api = world.platform.api.bind(world.platform);
  const approved = async (id: string | undefined): Promise<void> => {
    const answer = await api('acme/COMPLIANCE', 'POST', `/approvals/${id}/approve`);
    expect(answer.status).toBe(200);
  };
  const holder = { external_ref: `OWN-${randomUUID().slice(-6)}`, name: '<i>Own</i> shares' };
  const { id } = (await api('acme/OPS', 'POST', '/shareholders', holder)).body;
  const one = await world.signedIn('acme', 'ADMIN', { viewport: { width: 390, height: 844 } });
  const { page } = one;
  const dialog = page.getByRole('dialog');
  const chosen = async (item: string): Promise<void> => {
    await one.open(`/shareholders/${id}`);
    await page.getByRole('button', { name: 'More', exact: true }).last().click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await chosen('Set the shares of a class');
  await dialog.getByLabel('Shares', { exact: true }).fill('ten');
  await dialog.getByRole('button', { name: 'Set the shares' }).click();
  await dialog.getByText(/^It must be/).waitFor();
  await dialog.getByLabel('Shares', { exact: true }).fill('12.5');
  await dialog.getByRole('button', { name: 'Set the shares' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect((await api('acme/OPS', 'GET', `/shareholders/${id}`)).body.holdings).toBe('12.5');

  await chosen('The issuer’s own shares');
  await dialog.getByRole('button', { name: 'Mark as treasury' }).click();
  await page.getByRole('link', { name: 'The request' }).click();
  await page.getByRole('heading', { name: 'Change of positions', level: 1 }).waitFor();
  await approved(page.url().split('/').at(-1));
  await one.open(`/shareholders/${id}`);
  await page.getByText('The issuer’s own shares').first().waitFor();
  expect(await one.faults()).toEqual([]);

  const terms = { kind: 'SPLIT', security_class: 'COMMON', numerator: 2, denominator: 1, fractions: 'KEEP' };
  const ahead = { ...terms, effective_date: addDays(dayOf(new Date()), 2) };
  const key = { 'idempotency-key': randomUUID() };
  const proposed = await api('acme/OPS', 'POST', '/corporate-actions', ahead, key);
  expect(proposed.status, JSON.stringify(proposed.body)).toBe(202);
  await approved(proposed.body.id);
  await one.open('/splits?class=COMMON');
  await one.openFirst();
  await page.getByRole('button', { name: 'Call it off' }).click();
  await dialog.getByRole('button', { name: 'Call it off' }).click();
  await page.getByRole('link', { name: 'The request' }).click();
  await page.getByRole('heading', { name: 'Corporate action', level: 1 }).waitFor();
  await approved(page.url().split('/').at(-1));
  const { body: split } = await api('acme/OPS', 'GET', `/corporate-actions/${proposed.body.subject.id}`);
  expect(['APPLIED', 'APPLYING', 'SCHEDULED']).not.toContain(split.state);
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('an administrator narrows the networks at once, and opens them with a second person', async () => {
  const one = await world.signedIn('acme', 'ADMIN');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  const set = async (networks: string): Promise<void> => {
    await one.open('/settings');
    await page.getByRole('button', { name: 'Change the rules of sign-in' }).click();
    await dialog.getByLabel('Networks').fill(networks);
    await dialog.getByRole('button', { name: 'Set the rules' }).click();
  };
  await set('127.0.0.0/8\n::1/128');
  await page.getByText('127.0.0.0/8, ::1/128').waitFor();
  await set('');
  await page.getByRole('link', { name: 'The request' }).click();
  await page.getByRole('heading', { name: 'How people sign in', level: 1 }).waitFor();
  const request = page.url().split('/').at(-1);
  const answer = await world.platform.api('acme/COMPLIANCE', 'POST', `/approvals/${request}/approve`);
  expect(answer.status).toBe(200);
  await one.open('/settings');
  await page.getByText('Anywhere', { exact: true }).waitFor();
  expect(one.complaints).toEqual([]);
});

test('a webhook is added, its secret is shown once, and a test is sent, and sent again', async () => {
  const one = await world.signedIn('acme', 'ADMIN');
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
  // Its record is read again slowly, and the window waits for that: who acts at once acts on what is there.
  await page.route(/\/api\/webhooks\/[^/]+$/, async (route) => {
    if (route.request().method() === 'GET') await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue();
  });
  for (const [deed, next] of [
    ['Disable', 'Enable'],
    ['Enable', 'Disable'],
  ] as const) {
    await page.getByRole('button', { name: deed, exact: true }).click();
    await dialog.getByRole('button', { name: `${deed} the webhook` }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: next, exact: true }).isVisible()).toBe(true);
  }
  await page.getByRole('button', { name: 'Send a span again' }).click();
  await dialog.getByLabel('From').fill('this morning');
  await dialog.getByLabel('Before').fill(`${addDays(dayOf(new Date()), 1)} 00:00`);
  await dialog.getByRole('button', { name: 'Send them again' }).click();
  await dialog.getByText('from must be a day and a time').waitFor();
  await dialog.getByLabel('From').fill(`${addDays(dayOf(new Date()), -1)} 00:00`);
  const replayed = page.waitForResponse((response) => response.url().endsWith('/replay') && response.ok());
  await dialog.getByRole('button', { name: 'Send them again' }).click();
  await replayed;
  await dialog.waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain('whsec_');
  expect(await one.faults()).toEqual([]);
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('an administrator invites somebody and proposes a key; both wait for a second person', async () => {
  const one = await world.signedIn('acme', 'ADMIN');
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
  await dialog.getByText('expires_at must be a day and a time, as 2026-01-31 09:30').first().waitFor();
  await dialog.getByLabel('Expires').fill(`${addDays(dayOf(new Date()), 90)} 09:00`);
  await dialog.getByRole('button', { name: 'Propose the key' }).click();
  await page.getByText(/^vk_/).waitFor();
  await page.getByText('<b>Payroll</b>').waitFor();
  expect(await one.faults()).toEqual([]);
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('a key of the drop folder is issued and shown once, and its credential is revoked', async () => {
  const one = await world.signedIn('acme', 'ADMIN', { viewport: { width: 390, height: 844 } });
  const { page } = one;
  const dialog = page.getByRole('dialog');
  const name = `<b>Payroll</b> ${'W'.repeat(80)}`;
  await one.open('/uploads');
  await page.getByRole('button', { name: 'Drop folder' }).click();
  await page.getByRole('button', { name: 'Create a credential' }).click();
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Days until it expires').fill('366');
  await dialog.getByRole('button', { name: 'Create the credential' }).click();
  await dialog.getByText(/^It must be .*365/).waitFor();
  expect(await one.faults()).toEqual([]);
  await dialog.getByLabel('Days until it expires').fill('30');
  await dialog.getByRole('button', { name: 'Create the credential' }).click();
  await page.getByRole('button', { name: `Show the key of ${name}` }).click();
  await dialog.getByRole('button', { name: 'Show the key' }).click();
  await page.getByText('The secret of the key is shown now, and never again').waitFor();
  await page.getByText('drop/acme/shareholders/').waitFor();
  expect(await one.faults()).toEqual([]);
  await page.reload();
  await page.getByRole('button', { name: `Revoke it: ${name}` }).click();
  expect(await page.getByText('The secret of the key').count()).toBe(0);
  expect(await page.getByRole('button', { name: `Show the key of ${name}` }).count()).toBe(0);
  await dialog.getByRole('button', { name: 'Revoke the credential' }).click();
  await page.getByRole('row', { name }).getByText('Revoked').waitFor();
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('how payments leave is changed by two people, a file that the bank refused is told, and an entry of a statement is explained', async () => {
  const { platform } = world;
  const approve = async (page: Page): Promise<void> => {
    const request = await page.getByRole('link', { name: 'The request' }).getAttribute('href');
    const answer = await platform.api(
      'acme/COMPLIANCE',
      'POST',
      `/approvals/${request?.split('/').at(-1)}/approve`,
    );
    expect(answer.status).toBe(200);
  };
  const told = async (command: Parameters<typeof sendCommand>[1]): Promise<void> => {
    for await (const _ of sendCommand(platform.file.controlSocket, command));
  };
  const one = await world.signedIn('acme', 'ADMIN');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  await one.open('/settings');
  await page.getByRole('button', { name: 'Change the rules of payments' }).click();
  await dialog.getByRole('button', { name: /^Payments leave by/ }).click();
  await page.getByRole('option', { name: 'Files for the bank' }).click();
  const limits = dialog.getByLabel('A second person approves above');
  await limits.fill(`USD lots${'!'.repeat(100_000)}`);
  await dialog.getByLabel('Paid from, the whole number').fill('0077001234');
  for (const [label, text] of [
    ['Company', ORIGINATOR.company_name],
    ['Its id, ten characters', ORIGINATOR.company_id],
    ['Routing number of the bank', ORIGINATOR.odfi_routing_number],
    ['Files go to, by routing number', ORIGINATOR.immediate_destination],
    ['Files go to, by name', ORIGINATOR.immediate_destination_name],
    ['Files come from, ten characters', ORIGINATOR.immediate_origin],
  ] as const)
    await dialog.getByLabel(label, { exact: true }).fill(text);
  await dialog.getByLabel('The bank’s own holidays').fill('2027-12-24\nChristmas');
  await dialog.getByLabel('Batches are balanced by, routing number').fill(ORIGINATOR.odfi_routing_number);
  await dialog.getByLabel('Batches are balanced by, account number').fill('12 34');
  await dialog.getByRole('button', { name: /^Lines end by/ }).click();
  await page.getByRole('option', { name: /^CR LF/ }).click();
  await dialog.getByRole('button', { name: 'Set the rules' }).click();
  await dialog.getByText('It must have 4 to 17 digits').waitFor();
  await dialog.getByText('It must be a date as YYYY-MM-DD').waitFor();
  await dialog.getByLabel('The bank’s own holidays').fill('2027-12-24, 2027-12-31');
  await dialog.getByLabel('Batches are balanced by, account number').fill('0088005678');
  const fault = dialog.getByText(/^It must/);
  await fault.waitFor();
  expect(await one.faults()).toEqual([]);
  await limits.fill('usd 50000.00');
  await fault.waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: 'Set the rules' }).click();
  await page.getByText('It waits for a second person').waitFor();
  await approve(page);
  await page.reload();
  await page.getByText('Files for the bank').waitFor();
  await page.getByText('50,000.00 USD').waitFor();
  await page.getByText('…1234').waitFor();
  await page.getByText('…5678').waitFor();
  await page.getByText('24 Dec 2027, 31 Dec 2027').waitFor();
  await page.getByText('CR LF, as Windows has them').waitFor();
  expect(await one.faults()).toEqual([]);

  await told({ command: 'bank', silent: true });
  const { body: paid } = await platform.api('acme/OPS', 'GET', '/transactions?type=DISBURSE&limit=200');
  const { shareholder_id } = paid.data.find(({ memo }: Json) => memo === 'Settles');
  const ordered = await platform.api(
    'acme/OPS',
    'POST',
    '/transactions/disburse',
    { shareholder_id, amount: '77.70', currency: 'USD', memo: 'By file' },
    { 'idempotency-key': 'console-by-file-1' },
  );
  expect(ordered.status).toBe(202);
  const file = await eventually(
    async () => {
      await told({ command: 'fire', schedule: 'write-outbound-files' });
      return (await platform.api('acme/OPS', 'GET', '/bank-files?direction=outbound')).body.data[0];
    },
    (newest) => newest !== undefined,
  );
  await one.open(`/bank-files/${file.id}`);
  await page.getByRole('button', { name: 'The bank refused it' }).click();
  await dialog.getByLabel(/^Evidence/).fill('Ms Doe of the bank, on the telephone: <b>no</b>');
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: 'The bank refused it' }).click();
  await page.getByText('It waits for a second person').waitFor();
  await approve(page);
  await page.reload();
  await page.getByText('Ms Doe of the bank, on the telephone: <b>no</b>').waitFor();
  await page.getByText('Rejected').first().waitFor();
  expect(await one.faults()).toEqual([]);
  // The sweep ends the payments of a file, however many they are.
  await told({ command: 'fire', schedule: 'reconcile-payments' });
  await one.open(`/payments/${ordered.body.id}`);
  await page
    .getByText(/^Failed/)
    .first()
    .waitFor();

  const today = dayOf(new Date());
  const entry = { day: today, amountMinor: -1_250n, text: 'Monthly <i>fee</i>' };
  const statement = sampleCamt('08', {
    ...{ account: '0077001234', from: today, to: today, openingMinor: 100_000n, entries: [entry] },
  });
  const s3 = platform.s3();
  await s3.send(
    new PutObjectCommand({
      ...{ Bucket: 'vestry-local-uploads', Key: 'ach/inbound/acme/statement.xml', Body: statement },
    }),
  );
  s3.destroy();
  await eventually(
    () => platform.api('acme/OPS', 'GET', '/exceptions?kind=STATEMENT_ITEM'),
    ({ body }) => body.data.length > 0,
  );
  await one.open('/exceptions?kind=STATEMENT_ITEM');
  await page.getByText('PMNT-ICDT-DMCT: Issued credit transfer, domestic').waitFor();
  await page.getByRole('button', { name: 'Match it' }).click();
  await dialog.getByRole('button', { name: /^It stands for/ }).click();
  await page.getByRole('option', { name: 'Nothing of the ledger' }).click();
  await dialog.getByLabel('What accounts for it').fill('The fee of November');
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: 'Match it' }).click();
  await page.getByText('It waits for a second person').waitFor();
  await approve(page);
  await one.open('/exceptions?kind=STATEMENT_ITEM');
  await page.getByText('The bank and the ledger agree.').waitFor();

  await one.open('/reports');
  await page.getByRole('button', { name: 'Ledger and bank' }).click();
  await page.locator('dt:has-text("Difference") + dd', { hasText: 'None' }).waitFor();
  const balance = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Save Accounts on .* as CSV/ }).click();
  expect(readFileSync(await (await balance).path(), 'utf8')).toMatch(
    /^\uFEFF?account,currency,debits,credits/,
  );
  await page.getByRole('tab', { name: 'Bank reconciliation' }).click();
  await page.locator('dt:has-text("Explained") + dd', { hasText: '−12.50 USD, 1 entry' }).waitFor();
  expect(await one.faults()).toEqual([]);
  await page.getByLabel('As of the end of').fill(addDays(today, -300));
  await page.getByText('The bank has told nothing of this time').waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await one.faults()).toEqual([]);
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test.each<[string, readonly Form[]]>([
  [
    'ADMIN',
    [
      { path: '/shareholders', opens: 'Enter a holder', sends: 'Enter the holder' },
      { path: '/transfers', opens: 'Enter a transfer', sends: 'Enter the transfer' },
      { path: '/classes', opens: 'Declare a class', sends: 'Declare the class' },
      { path: '/splits/new', sends: 'Compute it' },
      { path: '/meetings/new', sends: 'Call it' },
      { path: '/users', opens: 'Invite somebody', sends: 'Invite them' },
      { path: '/webhooks', opens: 'Add a webhook', sends: 'Add the webhook', ticks: 'upload.completed' },
    ],
  ],
  ['COMPLIANCE', [{ path: '/legal-holds', opens: 'Place a hold', sends: 'Place the hold' }]],
])('whatever is pasted into the forms of %s, they say at a field what is wrong', async (role, forms) => {
  const one = await world.signedIn('acme', role, { viewport: { width: 390, height: 844 } });
  const faults: string[] = [];
  for (const form of forms) faults.push(...(await faultsOfForm(one, form)));
  expect(faults).toEqual([]);
  expect(one.complaints.filter((line) => !/4(04|22)/.test(line))).toEqual([]);
});
