import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { addDays, dayOf } from '#kernel/calendar.ts';
import type { ConsoleWorld } from './world.ts';

/** A wide payroll file, as payroll systems write them: its columns are named once, and it loads as it is. */
export function journeysOfPayroll({ platform, signedIn }: ConsoleWorld): void {
  test('a wide payroll file is mapped once by a sample, checked and loaded, and its sums are in the plan', async () => {
    const employee = `E-${randomUUID().slice(-6)}`;
    const [year = '', month = '', dayOfMonth = ''] = addDays(dayOf(new Date()), -3).split('-');
    const enrolled = await platform().api('globex/OPS', 'POST', '/plans/enroll', {
      ...{ employee_id: employee, plan_type: '401K', enrolled_on: `${year}-${month}-01` },
    });
    expect(enrolled.status).toBe(201);
    const lines = [
      'Globex payroll',
      'Emp No;Stichtag;Deferral;Match;Remark',
      `${employee};${month}/${dayOfMonth}/${year};1.234,50;617,25;<b>bonus</b>`,
    ];
    const file = { name: 'payroll.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\r\n')) };
    const one = await signedIn('globex', 'OPS');
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
    const { body } = await platform().api('globex/OPS', 'GET', `/plans/${enrolled.body.id}`);
    expect(body.balance).toBe('1851.75');
    expect(one.complaints).toEqual([]);
  });
}
