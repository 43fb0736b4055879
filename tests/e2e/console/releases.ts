import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { addDays, addMonths, dayOf } from '#kernel/calendar.ts';
import type { ConsoleWorld } from './world.ts';

/** A plan administrator computes and posts; and both sides of a link of tenants see a release. */
export function journeysOfReleases({ platform, signedIn }: ConsoleWorld): void {
  const sent = async (who: string, path: string, body?: object): Promise<Record<string, never>> => {
    const answer = await platform().api(who, 'POST', path, body, { 'idempotency-key': randomUUID() });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  };
  const approved = async (who: string, id: string) => sent(who, `/approvals/${id}/approve`);

  test('a match is computed person by person, says whom it refuses, and is posted as it was shown', async () => {
    const employee_id = `E-${randomUUID().slice(-6)}`;
    const pay_date = addDays(dayOf(new Date()), -2);
    const put = await platform().api('globex/OPS', 'PUT', `/participants/${employee_id}`, {
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
    const loaded = await fetch(`${platform().file.apiUrl}/api/uploads/contributions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await platform().token('globex', 'OPS')}` },
      body: form,
    });
    expect(loaded.status).toBeLessThan(300);
    const one = await signedIn('globex', 'OPS');
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
    const { body } = await platform().api('globex/OPS', 'GET', `/plans/${plan}`);
    expect(body.balance).toBe('750.00');
    await page.getByRole('button', { name: 'Compute it' }).click();
    await page.getByText('0 contributions would be added, 0.00 USD in all; 1 unchanged').waitFor();
    expect(one.complaints.filter((line) => !line.includes('422'))).toEqual([]);
  });

  test('vested shares are counted, proposed, approved, and settled into the register by the other company', async () => {
    await platform().api('acme/ADMIN', 'POST', '/tenant-links', { sponsor: 'globex' });
    const holder = await sent('acme/OPS', '/shareholders', {
      ...{ external_ref: `RSU-${randomUUID().slice(-8)}`, name: 'Erin Walsh' },
    });
    const granted = addMonths(dayOf(new Date()), -14);
    await sent('globex/OPS', '/plans/enroll', {
      ...{ employee_id: `E-${randomUUID().slice(-6)}`, plan_type: 'RSU', shareholder_id: holder.id },
      ...{ enrolled_on: granted, grant: { quantity: '120', grant_date: granted } },
    });
    const sponsor = await signedIn('globex', 'OPS');
    await sponsor.open('/releases');
    await sponsor.page.getByLabel('Issuer').fill('acme');
    await sponsor.page.getByLabel('Withheld for tax, in percent').fill('25');
    await sponsor.page.getByRole('button', { name: 'Count it' }).click();
    await sponsor.page.getByText('90 shares').waitFor();
    await sponsor.page.getByRole('button', { name: 'Propose it' }).click();
    await sponsor.page.waitForURL(/\/approvals\//);
    await approved('globex/ADMIN', sponsor.page.url().split('/').at(-1) ?? '');

    const issuer = await signedIn('acme', 'OPS');
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
    const { body } = await platform().api('acme/OPS', 'GET', `/shareholders/${holder.id}`);
    expect(body.holdings).toBe('90');
    await sponsor.open('/releases');
    await sponsor.page.getByText('Settled').first().waitFor();
    expect([...sponsor.complaints, ...issuer.complaints]).toEqual([]);
  });
}
