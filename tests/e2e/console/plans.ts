import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addDays, dayOf } from '#kernel/calendar.ts';
import type { ConsoleWorld } from './world.ts';

/** The journeys of a plan administrator, and of an employee on a telephone. */
export function journeysOfPlans({ platform, signedIn }: ConsoleWorld): void {
  describe('a plan', () => {
    /** The path of somebody’s plan. */
    async function pathOf(employee: string, type: string): Promise<{ id: string; version: number }> {
      const query = `employee_id=${employee}&plan_type=${type}`;
      return (await platform().api('globex/OPS', 'GET', `/plans?${query}`)).body.data[0];
    }

    test('is found by the person, shows what vests when and why, and its statement is kept as a file', async () => {
      const one = await signedIn('globex', 'OPS');
      const { page } = one;
      await one.open('/participants');
      await page.getByLabel('Find a person').fill('garcia');
      await page.waitForURL(/q=garcia/);
      const row = page.getByRole('row').filter({ hasText: 'García' }).first();
      const [number = ''] = /E-\d+/.exec((await row.textContent()) ?? '') ?? [];
      await page.getByRole('link', { name: number, exact: true }).click();
      await page.getByRole('link', { name: '401K' }).click();
      await page.getByRole('heading', { name: `401K of ${number}` }).waitFor();
      const { body: vesting } = await platform().api(
        'globex/OPS',
        'GET',
        `/plans/${(await pathOf(number, '401K')).id}/vesting`,
      );
      await page.getByRole('img', { name: new RegExp(`in ${vesting.events.length} steps`) }).waitFor();
      expect(await page.getByRole('row').count()).toBe(vesting.events.length + 1);
      await page.getByLabel('As of the end of').fill(addDays(dayOf(new Date()), 365));
      await page.waitForURL(/as_of=/);
      await page.reload();
      await page.getByRole('tab', { name: 'Why these numbers' }).click();
      await page.getByRole('heading', { name: /^Vested/ }).waitFor();
      await page.getByText('the employee’s from the day on which it is paid').waitFor();
      await page.getByRole('tab', { name: 'Statement' }).click();
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save as CSV' }).click();
      const file = await (await saved).path();
      expect(readFileSync(file, 'utf8')).toMatch(/^\uFEFF?day,kind,/);
      expect(one.complaints).toEqual([]);
    });

    test('is ended, and not by somebody who saw another version of it', async () => {
      const { id, version } = await pathOf('E-1035', '401K');
      const one = await signedIn('globex', 'OPS');
      const { page } = one;
      const last = addDays(dayOf(new Date()), 30);
      await one.open(`/plans/${id}`);
      await page.getByRole('button', { name: 'End the plan' }).click();
      await page.getByLabel('Last day').fill('soon');
      await page.getByRole('button', { name: 'End it' }).click();
      await page.getByText('terminated_on must be a date').waitFor();
      const meanwhile = await platform().api(
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

    test('of somebody else does not exist for an employee, whose own is on their telephone', async () => {
      const other = await pathOf('E-1002', '401K');
      const one = await signedIn('globex', 'EMPLOYEE', { viewport: { width: 390, height: 844 } });
      const { page } = one;
      await page.getByRole('link', { name: '401K' }).click();
      await page.getByRole('heading', { name: 'Calendar' }).waitFor();
      expect(await page.getByRole('button', { name: 'End the plan' }).count()).toBe(0);
      expect(await one.faults()).toEqual([]);
      await one.open(`/plans/${other.id}`);
      await page.getByText('It may belong to another company').waitFor();
    });
  });
}
