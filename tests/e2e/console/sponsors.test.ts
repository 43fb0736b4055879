import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addDays, addMonths, dayOf } from '#kernel/calendar.ts';
import { type Form, faultsOfForm } from './hard-input.ts';
import { ConsoleWorld } from './world.ts';

/** The journeys of a plan administrator, and of an employee on a telephone. */

const world = ConsoleWorld.ofFile();

describe('a plan', () => {
  /** The path of somebody’s plan. */
  async function pathOf(employee: string, type: string): Promise<{ id: string; version: number }> {
    const query = `employee_id=${employee}&plan_type=${type}`;
    return (await world.platform.api('globex/OPS', 'GET', `/plans?${query}`)).body.data[0];
  }

  test('is found by the person, shows what vests when and why, and its statement is kept as a file', async () => {
    const one = await world.signedIn('globex', 'OPS');
    const { page } = one;
    await one.open('/participants');
    await page.getByLabel('Find a person').fill('garcia');
    await page.waitForURL(/q=garcia/);
    const row = page.getByRole('row').filter({ hasText: 'García' }).first();
    const [number = ''] = /E-\d+/.exec((await row.textContent()) ?? '') ?? [];
    await page.getByRole('link', { name: number, exact: true }).click();
    await page.getByRole('link', { name: '401K' }).click();
    await page.getByRole('heading', { name: `401K of ${number}` }).waitFor();
    const { body: vesting } = await world.platform.api(
      'globex/OPS',
      'GET',
      `/plans/${(await pathOf(number, '401K')).id}/vesting`,
    );
    await page.getByRole('img', { name: new RegExp(`in ${vesting.events.length} steps`) }).waitFor();
    expect(await page.getByRole('table').first().getByRole('row').count()).toBe(vesting.events.length + 1);
    await page.getByLabel('As of the end of').fill(addDays(dayOf(new Date()), 365));
    await page.waitForURL(/as_of=/);
    await page.reload();
    await page.getByRole('tab', { name: 'Why these numbers' }).click();
    await page.getByRole('heading', { name: /^Vested/ }).waitFor();
    await page.getByText('the employee’s from the day on which it is paid').waitFor();
    await page.getByRole('tab', { name: 'Statement' }).click();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save Statement as CSV' }).click();
    const file = await (await saved).path();
    expect(readFileSync(file, 'utf8')).toMatch(/^\uFEFF?day,kind,/);
    await page.getByRole('button', { name: 'Write it as PDF' }).click();
    const pdf = await page.getByRole('link', { name: /^Download it, as PDF/ }).getAttribute('href');
    expect(await (await fetch(pdf ?? '')).text()).toMatch(/^%PDF-/);
    await one.open(`/participants/${number}`);
    await page.getByRole('link', { name: 'Statement' }).first().click();
    await page.getByRole('button', { name: 'Write it as PDF' }).waitFor();

    // The census is changed in place, and the person is given an account by two people.
    const dialog = page.getByRole('dialog');
    await one.open(`/participants/${number}?tab=accounts`);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog.getByLabel('Hired').fill('last summer');
    await dialog.getByRole('button', { name: 'Change the person' }).click();
    await dialog.getByText('It must be a date as YYYY-MM-DD', { exact: false }).waitFor();
    await dialog.getByLabel('Hired').fill('2025-07-15');
    await dialog.getByRole('button', { name: 'Change the person' }).click();
    await page.getByText('15 Jul 2025').waitFor();
    await page.getByRole('button', { name: 'Add an account' }).click();
    await dialog.getByLabel('Name on the account').fill('A. García');
    await dialog.getByLabel('Routing number').fill('121042882');
    await dialog.getByLabel('Account number').fill('000987651111');
    await dialog.getByRole('button', { name: 'Add the account' }).click();
    await page.getByText('…1111').waitFor();
    expect(await one.faults()).toEqual([]);

    // They are enrolled, a contribution is recorded and taken back, and the end of their plan is withdrawn.
    await page.getByRole('button', { name: 'Enrol', exact: true }).click();
    await dialog.getByRole('button', { name: /Choose one/ }).click();
    await page.getByRole('option', { name: /^ESPP/ }).click();
    await dialog.getByRole('button', { name: 'Enrol them' }).click();
    await page.getByRole('heading', { name: `ESPP of ${number}` }).waitFor();
    await page.getByRole('tab', { name: 'Contributions' }).click();
    await page.getByRole('button', { name: 'Record a contribution' }).click();
    await dialog.getByLabel('Amount, in USD').fill('1,250');
    await dialog.getByRole('button', { name: 'Record the contribution' }).click();
    await dialog.getByText(/^It must be/).waitFor();
    await dialog.getByLabel('Amount, in USD').fill('1250.5');
    await dialog.getByRole('button', { name: 'Record the contribution' }).click();
    await page.getByRole('button', { name: /^Take back 1,250.50 USD/ }).click();
    await dialog.getByRole('button', { name: 'Take the contribution back' }).click();
    await page.getByRole('cell', { name: '-1,250.50 USD' }).waitFor();
    await page.getByRole('button', { name: 'End the plan' }).click();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByRole('button', { name: 'Withdraw the end' }).click();
    await dialog.getByRole('button', { name: 'Withdraw the end' }).click();
    await page.getByText('Active', { exact: true }).waitFor();
    expect(await one.faults()).toEqual([]);
    expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
  });

  test('is ended, and not by somebody who saw another version of it', async () => {
    const { id, version } = await pathOf('E-1035', '401K');
    const one = await world.signedIn('globex', 'OPS');
    const { page } = one;
    const last = addDays(dayOf(new Date()), 30);
    await one.open(`/plans/${id}`);
    await page.getByRole('button', { name: 'End the plan' }).click();
    await page.getByLabel('Last day').fill('soon');
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByText('terminated_on must be a date').waitFor();
    const meanwhile = await world.platform.api(
      'globex/ADMIN',
      'POST',
      `/plans/${id}/terminate`,
      { terminated_on: last },
      { 'if-match': `"${version}"`, 'idempotency-key': 'console-ends-1' },
    );
    expect(meanwhile.status).toBe(200);
    await page.getByLabel('Last day').fill(last);
    await page.getByRole('button', { name: 'End it' }).click();
    await page
      .getByText(/Somebody (else )?has/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Leave it' }).click();
    await one.open(`/plans/${id}`);
    await page.getByText(/^Ends on/).waitFor();
    // The two refusals are told to the browser's console by the browser itself.
    expect(one.complaints.filter((line) => !/4(12|22)/.test(line))).toEqual([]);
  });

  test('goes on from the day on which somebody came back', async () => {
    const ago = (days: number) => addDays(dayOf(new Date()), -days);
    const api = world.platform.api.bind(world.platform);
    const key = () => ({ 'idempotency-key': randomUUID() });
    const terms = { employee_id: `E-${randomUUID().slice(-6)}`, plan_type: 'ESPP', enrolled_on: ago(60) };
    const enrolled = await api('globex/OPS', 'POST', '/plans/enroll', terms, key());
    expect(enrolled.status, JSON.stringify(enrolled.body)).toBe(201);
    const { id, version } = enrolled.body;
    const left = { terminated_on: ago(30) };
    const ended = await api('globex/OPS', 'POST', `/plans/${id}/terminate`, left, {
      ...key(),
      'if-match': `"${version}"`,
    });
    expect(ended.status).toBe(200);
    const one = await world.signedIn('globex', 'OPS', { viewport: { width: 390, height: 844 } });
    const { page } = one;
    const dialog = page.getByRole('dialog');
    await one.open(`/plans/${id}`);
    await page.getByRole('button', { name: 'Withdraw the end' }).click();
    await dialog.getByLabel('Came back on').fill(ago(40));
    await dialog.getByRole('button', { name: 'Withdraw the end' }).click();
    await dialog.getByText(/^It must/).waitFor();
    expect(await one.faults()).toEqual([]);
    await dialog.getByLabel('Came back on').fill(ago(10));
    await dialog.getByRole('button', { name: 'Withdraw the end' }).click();
    await page.getByText('Active', { exact: true }).waitFor();
    expect((await api('globex/OPS', 'GET', `/plans/${id}`)).body.status).toBe('ACTIVE');
    expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
  });

  test('says at a field what is wrong, whatever is pasted into its forms', async () => {
    const { id } = await pathOf('E-1003', '401K');
    const forms: readonly Form[] = [
      { path: '/participants/E-1003', opens: 'Enrol', sends: 'Enrol them', chooses: /^ESPP/ },
      {
        path: `/plans/${id}?tab=contributions`,
        opens: 'Record a contribution',
        sends: 'Record the contribution',
      },
    ];
    const one = await world.signedIn('globex', 'OPS', { viewport: { width: 390, height: 844 } });
    for (const form of forms) expect(await faultsOfForm(one, form)).toEqual([]);
    expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
  });

  test('of somebody else does not exist for an employee, whose own is on their telephone', async () => {
    const other = await pathOf('E-1002', '401K');
    const one = await world.signedIn('globex', 'EMPLOYEE', { viewport: { width: 390, height: 844 } });
    const { page } = one;
    await page.getByRole('link', { name: '401K' }).click();
    await page.getByRole('heading', { name: 'Calendar' }).waitFor();
    expect(await page.getByRole('button', { name: 'End the plan' }).count()).toBe(0);
    expect(await one.faults()).toEqual([]);
    await one.open(`/plans/${other.id}`);
    await page.getByText('It may belong to another company').waitFor();
  });
});

test('a wide payroll file is mapped once by a sample, checked and loaded, and its sums are in the plan', async () => {
  const employee = `E-${randomUUID().slice(-6)}`;
  const [year = '', month = '', dayOfMonth = ''] = addDays(dayOf(new Date()), -3).split('-');
  const enrolled = await world.platform.api('globex/OPS', 'POST', '/plans/enroll', {
    ...{ employee_id: employee, plan_type: '401K', enrolled_on: `${year}-${month}-01` },
  });
  expect(enrolled.status).toBe(201);
  const lines = [
    'Globex payroll',
    'Emp No;Stichtag;Deferral;Match;Remark',
    `${employee};${month}/${dayOfMonth}/${year};1.234,50;617,25;<b>bonus</b>`,
  ];
  const file = { name: 'payroll.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\r\n')) };
  const one = await world.signedIn('globex', 'OPS');
  const { page } = one;
  const choose = async (label: string, option: string): Promise<void> => {
    await page.getByRole('button', { name: label }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  await one.open('/mappings/new');
  await page.getByLabel('Name', { exact: true }).fill('Globex Payroll');
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByText('This line names no columns').waitFor();
  await page.getByLabel('Lines above the column names').fill('1');
  await choose('Numbers look like', '1.234,50');
  await page.getByLabel('Days look like').fill('MM/DD/YYYY');
  await choose('What Emp No is', 'Number of the person');
  await choose('What Stichtag is', 'Pay date, or month');
  await choose('What Deferral is', 'Amount');
  await choose('Source of Deferral', 'Employee');
  await choose('Plan of Deferral', '401K');
  await choose('What Match is', 'Amount');
  await choose('Source of Match', 'Employer');
  await choose('Plan of Match', '401K');
  expect(await one.faults()).toEqual([]);
  await page.getByRole('button', { name: 'Save the mapping' }).click();
  await page.getByText('Deferral → amount (EMPLOYEE, 401K)').waitFor();

  await one.open('/uploads');
  await choose('Read by', 'Globex Payroll');
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('button', { name: 'Load 2 rows' }).click();
  await page.getByText('Loaded', { exact: true }).waitFor();
  const { body } = await world.platform.api('globex/OPS', 'GET', `/plans/${enrolled.body.id}`);
  expect(body.balance).toBe('1851.75');

  const census = `employee_id,name,hired_on,plan_type\n${employee},<b>Zoë</b> Álvarez,2024-01-02,401K`;
  await one.open('/uploads');
  await choose('Of what', 'Census of participants');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'census.csv', mimeType: 'text/csv', buffer: Buffer.from(census) });
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('button', { name: 'Load 1 row' }).click();
  await page.getByText('Loaded', { exact: true }).waitFor();
  await one.open(`/participants/${employee}`);
  await page.getByRole('heading', { name: '<b>Zoë</b> Álvarez', level: 1 }).waitFor();
  expect(one.complaints).toEqual([]);
});

const sent = async (who: string, path: string, body?: object): Promise<Record<string, never>> => {
  const answer = await world.platform.api(who, 'POST', path, body, { 'idempotency-key': randomUUID() });
  if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
  return answer.body;
};
const approved = async (who: string, id: string) => sent(who, `/approvals/${id}/approve`);

test('shares are granted as their preview says, the grant is cancelled by a day and goes on, and vesting is brought forward', async () => {
  const today = addDays(dayOf(new Date()), -1);
  const { id } = await sent('globex/OPS', '/plans/enroll', {
    ...{ employee_id: `E-${randomUUID().slice(-6)}`, plan_type: 'RSU', enrolled_on: today },
    grant: { quantity: '100', grant_date: today },
    vesting_schedule: { type: 'cliff', cliff_months: 12 },
  });
  const state = async () => (await world.platform.api('globex/OPS', 'GET', `/plans/${id}`)).body;
  const one = await world.signedIn('globex', 'OPS');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  await one.open(`/plans/${id}?tab=grants`);
  await page.getByRole('button', { name: 'Grant shares' }).click();
  await dialog.getByLabel('Shares', { exact: true }).fill('1200.5');
  await dialog.getByLabel('Granted on').fill(today);
  await dialog.getByRole('button', { name: /^Vests/ }).click();
  await page.getByRole('option', { name: 'Bit by bit' }).click();
  await dialog.getByLabel('Over months').fill('six');
  await dialog.getByRole('button', { name: 'Show when it vests' }).click();
  await dialog.getByText('It must be a whole number').waitFor();
  await dialog.getByLabel('Over months').fill('36');
  await dialog.getByRole('button', { name: 'Show when it vests' }).click();
  await dialog.getByRole('img', { name: /^1,200.5 shares vest/ }).waitFor();
  expect(await one.faults()).toEqual([]);
  // A colleague brings vesting forward meanwhile, which the form tells, and loses nothing by.
  const meanwhile = { quantity: '7', date: addDays(today, 40) };
  expect(
    (await world.platform.api('globex/ADMIN', 'POST', `/plans/${id}/accelerate`, meanwhile)).status,
  ).toBe(200);
  await dialog.getByRole('button', { name: 'Grant the shares' }).click();
  await dialog.getByText(/^accelerations: nothing → .*quantity 7/).waitFor();
  expect(await dialog.getByLabel('Shares', { exact: true }).inputValue()).toBe('1200.5');
  await dialog.getByRole('button', { name: 'Grant the shares' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect((await state()).granted).toBe('1300.5');

  await page
    .getByRole('button', { name: /^Cancel the grant/ })
    .last()
    .click();
  await dialog.getByLabel('Last day').fill('2020-01-01');
  await dialog.getByRole('button', { name: 'Cancel the grant' }).click();
  await dialog.getByText(/^It must/).waitFor();
  await dialog.getByLabel('Last day').fill(addDays(today, 90));
  await dialog.getByRole('button', { name: 'Cancel the grant' }).click();
  await page.getByRole('button', { name: /^Change the day of/ }).click();
  await dialog.getByLabel('Last day').fill(addDays(today, 100));
  await dialog.getByRole('button', { name: 'Change the day' }).click();
  await page.getByRole('button', { name: /^Withdraw the cancellation of/ }).click();
  await dialog.getByRole('button', { name: 'Withdraw the cancellation' }).click();
  await page.getByRole('button', { name: /^Withdraw the cancellation of/ }).waitFor({ state: 'detached' });

  await page.getByRole('tab', { name: 'Vesting' }).click();
  await page.getByRole('button', { name: /^Withdraw what is planned/ }).click();
  await dialog.getByRole('button', { name: 'Withdraw it' }).click();
  await page.getByText('Everything vests by its schedule').waitFor();
  await page.getByRole('button', { name: 'Vest ahead' }).click();
  await dialog.getByLabel('Day').fill(addDays(today, 10));
  await dialog.getByLabel('Shares', { exact: true }).fill('2000');
  await dialog.getByRole('button', { name: 'Vest ahead' }).click();
  await dialog.getByText(/^It must/).waitFor();
  await dialog.getByLabel('Shares', { exact: true }).fill('20');
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: 'Vest ahead' }).click();
  await page.getByRole('cell', { name: '20 shares' }).waitFor();
  expect((await state()).accelerations).toMatchObject([{ quantity: '20', date: addDays(today, 10) }]);
  // Refusals are told to the browser's console by the browser itself.
  expect(one.complaints.filter((line) => !/4(12|22)/.test(line))).toEqual([]);
});

test('a plan document is written in a form that says what is wrong where, and its terms are changed from a day on', async () => {
  const name = `Staff plan ${randomUUID().slice(-6)}`;
  const tomorrow = addDays(dayOf(new Date()), 1);
  const one = await world.signedIn('globex', 'OPS');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  const choose = async (label: RegExp, option: string): Promise<void> => {
    await dialog.getByRole('button', { name: label }).click();
    await page.getByRole('option', { name: option }).click();
  };
  await one.open('/plan-documents');
  await page.getByRole('button', { name: 'Write a document' }).click();
  const write = dialog.getByRole('button', { name: 'Write the document' });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('The employee, Roth').check();
  await choose(/^Vests/, 'Bit by bit');
  await dialog.getByLabel('Over months').fill('many');
  await dialog.getByLabel('Employer’s match').fill('100 % up to 3\n50 2');
  await dialog.getByLabel('Pay periods a year').fill('weekly');
  await write.click();
  // Both numbers, and a tier that ends before it begins.
  await dialog.getByText('It must be a whole number').nth(1).waitFor();
  await dialog.getByLabel('Over months').fill('48');
  await dialog.getByLabel('Every so many months').fill('3');
  await dialog.getByLabel('Pay periods a year').fill('12');
  await dialog.getByLabel('Employer’s match').fill('100 3\n50 2');
  await write.click();
  await dialog.getByText('It must be more than 3, where the tier before ends').waitFor();
  await dialog.getByLabel('Employer’s match').fill('100 3\n50 5');
  expect(await one.faults()).toEqual([]);
  await write.click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await page.getByText('50 % of what is deferred up to 5 % of pay').first().waitFor();
  await page.getByText('Over 48 months').first().waitFor();

  await page.getByRole('button', { name: 'Change the terms' }).click();
  const change = dialog.getByRole('button', { name: 'Change the terms' });
  expect(await change.isDisabled()).toBe(true);
  await choose(/^People enter/, 'Quarterly');
  await dialog.getByLabel('In force from').fill(tomorrow);
  await change.click();
  await page.getByRole('cell', { name: 'Quarterly' }).waitFor();
  const { body } = await world.platform.api('globex/OPS', 'GET', '/plan-documents?limit=200');
  const [first, second] = body.data.find((row: { name: string }) => row.name === name).versions;
  expect(first).toMatchObject({
    sources: ['EMPLOYEE', 'ROTH', 'EMPLOYER'],
    vesting_schedule: { type: 'graded', total_months: 48, cliff_months: 12, every_months: 3 },
    match: { source: 'EMPLOYER', pay_periods: 12, annual_cap: null, true_up: false },
  });
  const { match, sources, vesting_schedule } = first;
  expect(second).toMatchObject({
    ...{ match, sources, vesting_schedule },
    ...{ entry_dates: 'QUARTERLY', effective_from: tomorrow },
  });
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('a match is computed person by person, says whom it refuses, and is posted as it was shown', async () => {
  const employee_id = `E-${randomUUID().slice(-6)}`;
  const pay_date = addDays(dayOf(new Date()), -2);
  const put = await world.platform.api('globex/OPS', 'PUT', `/participants/${employee_id}`, {
    ...{ date_of_birth: '1980-01-01', hired_on: '2024-01-01', compensation: '120000.00' },
  });
  expect(put.status).toBe(200);
  const { id: document } = await sent('globex/OPS', '/plan-documents', {
    ...{ name: `match-${employee_id}`, plan_type: '401K', sources: ['EMPLOYEE', 'EMPLOYER'] },
    match: { tiers: [{ rate: '50', up_to: '6' }], pay_periods: 12 },
    effective_from: pay_date,
  });
  const { id: plan } = await sent('globex/OPS', '/plans/enroll', {
    ...{ employee_id, plan_type: '401K', plan_document_id: document, enrolled_on: pay_date },
  });
  const form = new FormData();
  const rows = [
    'employee_id,plan_type,amount,source,period',
    `${employee_id},401K,500.00,EMPLOYEE,${pay_date}`,
  ];
  form.set('file', new Blob([rows.join('\n')], { type: 'text/csv' }), 'payroll.csv');
  const loaded = await fetch(`${world.platform.file.apiUrl}/api/uploads/contributions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await world.platform.token('globex', 'OPS')}` },
    body: form,
  });
  expect(loaded.status).toBeLessThan(300);
  const one = await world.signedIn('globex', 'OPS');
  const { page } = one;
  await one.open('/plan-documents');
  await page.getByRole('link', { name: `match-${employee_id}` }).click();
  await page.getByLabel('Pay date').fill('last Friday');
  await page.getByRole('button', { name: 'Compute it' }).click();
  await page.getByText('It must be a date as YYYY-MM-DD').waitFor();
  await page.getByLabel('Pay date').fill(pay_date);
  await page.getByRole('button', { name: 'Compute it' }).click();
  await page.getByText('1 contribution would be added, 250.00 USD in all').waitFor();
  expect(await one.faults()).toEqual([]);
  await page.getByRole('button', { name: 'Post 250.00 USD' }).click();
  await page.getByText('1 contribution added, 250.00 USD in all').waitFor();
  const { body } = await world.platform.api('globex/OPS', 'GET', `/plans/${plan}`);
  expect(body.balance).toBe('750.00');
  await page.getByRole('button', { name: 'Compute it' }).click();
  await page.getByText('0 contributions would be added, 0.00 USD in all; 1 unchanged').waitFor();
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('what was forfeited pays contributions and is taken back, and a group that left is vested by two people', async () => {
  const today = dayOf(new Date());
  const [paid, left] = [addDays(today, -90), addDays(today, -80)];
  const { id } = await sent('globex/OPS', '/plans/enroll', {
    ...{ employee_id: `E-${randomUUID().slice(-6)}`, plan_type: '401K', enrolled_on: addDays(today, -400) },
    vesting_schedule: { type: 'cliff', cliff_months: 36 },
  });
  const entered = { amount: '512.34', source: 'EMPLOYER', effective_date: paid };
  await sent('globex/OPS', `/plans/${id}/contributions`, entered);
  // Nothing of it was vested, and final pay can't come any more.
  await sent('globex/OPS', `/plans/${id}/terminate`, { terminated_on: left });
  const one = await world.signedIn('globex', 'OPS');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  await one.open('/forfeitures');
  await page.getByText('Came from a plan').waitFor();
  await page.getByRole('button', { name: 'Use forfeitures' }).click();
  await dialog.getByLabel('Pay date').fill('last month');
  await dialog.getByLabel('Amount').fill('600.00');
  await dialog.getByRole('button', { name: 'Use them' }).click();
  await dialog.getByText('It must be a date as YYYY-MM-DD').waitFor();
  await dialog.getByLabel('Pay date').fill(paid);
  await dialog.getByRole('button', { name: 'Use them' }).click();
  await dialog.getByText('More than was forfeited').waitFor();
  await dialog.getByLabel('Amount').fill('200.00');
  await dialog.getByRole('button', { name: 'Use them' }).click();
  await page.getByRole('cell', { name: '-200.00 USD', exact: true }).waitFor();
  await page.getByRole('cell', { name: '312.34 USD', exact: true }).waitFor();
  await page.getByRole('button', { name: /^Take back -200.00 USD/ }).click();
  await dialog.getByRole('button', { name: 'Take the use back' }).click();
  await page.getByText('A use taken back').waitFor();
  await page.getByRole('cell', { name: 'Taken back', exact: true }).waitFor();
  expect(await one.faults()).toEqual([]);

  await one.open('/plans?status=TERMINATED');
  await page.getByRole('button', { name: 'Vest a group fully' }).click();
  const propose = dialog.getByRole('button', { name: 'Vest the group fully' });
  await dialog.getByLabel('Ended from').fill(left);
  await dialog.getByLabel('Ended until').fill(addDays(left, -1));
  await dialog.getByRole('button', { name: 'Show what vests' }).click();
  await dialog.getByText('It must not be before left_from').waitFor();
  expect(await propose.isDisabled()).toBe(true);
  await dialog.getByLabel('Ended until').fill(left);
  await dialog.getByRole('button', { name: 'Show what vests' }).click();
  await dialog.getByText('1 plan vests on').waitFor();
  await dialog.getByText('512.34 USD.').waitFor();
  expect(await one.faults()).toEqual([]);
  await dialog.getByLabel('Reason').fill('Plant in Reno closed');
  await propose.click();
  await page.waitForURL(/\/approvals\//);
  await page.getByText('Plant in Reno closed').waitFor();
  await approved('globex/ADMIN', page.url().split('/').at(-1) ?? '');
  const { body } = await world.platform.api('globex/OPS', 'GET', `/plans/${id}`);
  expect(body).toMatchObject({ vested_balance: '512.34', forfeited: '0.00' });
  // A watcher sees the same, and does nothing.
  const watcher = await world.signedIn('globex', 'COMPLIANCE');
  await watcher.open('/forfeitures');
  await watcher.page.getByText('Went back to a plan').waitFor();
  expect(await watcher.page.getByRole('button', { name: /Use forfeitures|^Take back/ }).count()).toBe(0);
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('an event that grants wait for is recorded and its day corrected by two people, and limits are read by year', async () => {
  const today = dayOf(new Date());
  const event = `LISTING_${randomUUID().slice(-6).toUpperCase()}`;
  const granted = addMonths(today, -24);
  await sent('globex/OPS', '/plans/enroll', {
    ...{ employee_id: `E-${randomUUID().slice(-6)}`, plan_type: 'RSU', enrolled_on: granted },
    grant: { quantity: '240', grant_date: granted },
    vesting_schedule: {
      ...{ type: 'graded', total_months: 48 },
      condition: { type: 'event', event },
    },
  });
  const one = await world.signedIn('globex', 'OPS');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  await one.open('/vesting-events');
  await page.getByRole('row').filter({ hasText: event }).getByText('Not yet').waitFor();
  await page.getByRole('button', { name: `Record it: ${event}` }).click();
  await dialog.getByLabel('Happened on').fill(addDays(today, 2));
  await dialog.getByRole('button', { name: 'Record the event' }).click();
  await dialog.getByText(/^It must/).waitFor();
  await dialog.getByLabel('Happened on').fill(addDays(today, -3));
  expect(await one.faults()).toEqual([]);
  await dialog.getByRole('button', { name: 'Record the event' }).click();
  const request = page.getByRole('link', { name: 'The request' });
  await approved('globex/ADMIN', (await request.getAttribute('href'))?.split('/').at(-1) ?? '');
  await one.open('/vesting-events');
  await page.getByRole('button', { name: `Correct its day: ${event}` }).click();
  await dialog.getByLabel('Happened on').fill('');
  await dialog.getByRole('button', { name: 'Correct the day' }).click();
  await request.click();
  await page.getByRole('heading', { name: 'Vesting event', level: 1 }).waitFor();
  await approved('globex/ADMIN', page.url().split('/').at(-1) ?? '');
  await one.open('/vesting-events');
  await page.getByRole('row').filter({ hasText: event }).getByText('Not yet').waitFor();

  await one.open('/contribution-limits');
  const year = page.getByRole('row').filter({ hasText: '2026' }).first();
  await year.getByText('24,500.00').waitFor();
  await year.getByText('11,250.00, from 60 to 63').waitFor();
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});

test('vested shares are counted, proposed, approved, and settled into the register by the other company', async () => {
  const linking = await world.signedIn('acme', 'ADMIN');
  const dialog = linking.page.getByRole('dialog');
  await linking.open('/tenant-links');
  await linking.page.getByRole('button', { name: 'Link a sponsor' }).click();
  await dialog.getByLabel('Sponsor').fill('nobody');
  await dialog.getByRole('button', { name: 'Link the sponsor' }).click();
  await dialog.getByText(/^It must/).waitFor();
  await dialog.getByLabel('Sponsor').fill('globex');
  await dialog.getByRole('button', { name: 'Link the sponsor' }).click();
  await linking.page.getByRole('row').filter({ hasText: 'globex' }).getByText('Active').waitFor();
  const holder = await sent('acme/OPS', '/shareholders', {
    ...{ external_ref: `RSU-${randomUUID().slice(-8)}`, name: 'Erin Walsh' },
  });
  const granted = addMonths(dayOf(new Date()), -14);
  await sent('globex/OPS', '/plans/enroll', {
    ...{ employee_id: `E-${randomUUID().slice(-6)}`, plan_type: 'RSU', shareholder_id: holder.id },
    ...{ enrolled_on: granted, grant: { quantity: '120', grant_date: granted } },
  });
  const sponsor = await world.signedIn('globex', 'OPS');
  await sponsor.open('/releases');
  await sponsor.page.getByLabel('Issuer').fill('acme');
  await sponsor.page.getByLabel('Withheld for tax, in percent').fill('25');
  await sponsor.page.getByRole('button', { name: 'Count it' }).click();
  await sponsor.page.getByText('90 shares').waitFor();
  await sponsor.page.getByRole('button', { name: 'Propose it' }).click();
  await sponsor.page.waitForURL(/\/approvals\//);
  await approved('globex/ADMIN', sponsor.page.url().split('/').at(-1) ?? '');

  const issuer = await world.signedIn('acme', 'OPS');
  const { page } = issuer;
  await issuer.open('/releases');
  await page
    .getByRole('link', { name: /^As of/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Show what would be issued' }).click();
  await page.getByText('New shares').waitFor();
  expect(await issuer.faults()).toEqual([]);
  await page.getByRole('button', { name: 'Propose to settle it' }).click();
  await page.waitForURL(/\/approvals\//);
  await approved('acme/COMPLIANCE', page.url().split('/').at(-1) ?? '');
  const { body } = await world.platform.api('acme/OPS', 'GET', `/shareholders/${holder.id}`);
  expect(body.holdings).toBe('90');
  await sponsor.open('/releases');
  await sponsor.page.getByText('Settled').first().waitFor();
  await linking.page.getByRole('button', { name: 'Revoke the link to globex' }).click();
  await dialog.getByRole('button', { name: 'Revoke the link' }).click();
  await linking.page.getByText('Revoked', { exact: true }).first().waitFor();
  await linking.page
    .getByRole('button', { name: 'Revoke the link to globex' })
    .waitFor({ state: 'detached' });
  expect([...sponsor.complaints, ...issuer.complaints]).toEqual([]);
});

test('the clock of a sandbox is moved ahead in the settings, and never back', async () => {
  const one = await world.signedIn('globex', 'OPS');
  const { page } = one;
  const dialog = page.getByRole('dialog');
  const { body: before } = await world.platform.api('globex/OPS', 'GET', '/settings/clock');
  await one.open('/settings');
  await page.getByRole('button', { name: 'Move the clock ahead' }).click();
  const move = dialog.getByRole('button', { name: 'Move the clock' });
  await dialog.getByLabel('To').fill('2020-01-01');
  await move.click();
  await dialog.getByText('It must be later than the tenant’s clock').waitFor();
  await dialog.getByLabel('To').fill(addDays(before.today, 40));
  expect(await one.faults()).toEqual([]);
  await move.click();
  await page.getByText(/^(39|40) days$/).waitFor();
  const { body: now } = await world.platform.api('globex/OPS', 'GET', '/settings/clock');
  expect(now.today).toBe(addDays(before.today, 40));
  expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
});
