import { expect, test } from 'vitest';
import type { ConsoleVisit } from '#tests/support/console-visit.ts';
import { ConsoleWorld } from './world.ts';

/** Every screen, as each role sees it. */

const world = ConsoleWorld.ofFile();

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
  const one = await world.signedIn('initech', 'ADMIN');
  for (const list of LISTS) {
    const [path = ''] = list.split('?');
    const { body } = await world.platform.api('acme/ADMIN', 'GET', `${API_PATHS[path] ?? path}?limit=1`);
    await one.open(`${path}/${body.data[0].id}`);
    await one.page.getByText('It may belong to another company').waitFor();
  }
});

const SCREENS: readonly (readonly [who: string, paths: readonly string[]])[] = [
  [
    'acme/ADMIN',
    [
      ...['/', '/approvals', '/shareholders', '/dividends', '/dividends/new', '/uploads', '/nowhere'],
      ...['/classes', '/transfers', '/splits', '/splits/new', '/shareholders/of-day'],
      ...['/tax', '/tax?tab=1099-div', '/reports/ledger', '/reports/ledger?tab=bank'],
      '/uploads/drop',
      ...['/payments', '/exceptions?state=RESOLVED', '/bank-files', '/reports'],
      ...['/audit', '/requests', '/access', '/legal-holds', '/meetings', '/meetings/new', '/settings'],
      ...['/connections', '/tenant-links'],
    ],
  ],
  [
    'globex/OPS',
    [
      '/',
      '/participants',
      '/plans',
      '/plan-documents',
      '/releases',
      '/uploads',
      '/mappings',
      '/forfeitures',
      '/vesting-events',
      '/contribution-limits',
      '/settings',
    ],
  ],
  ['globex/EMPLOYEE', ['/', '/account']],
  ['acme/EMPLOYEE', ['/']],
  [
    'operator',
    [
      '/',
      '/approvals',
      '/tenants',
      '/operations',
      ...['stuck', 'executions', 'jobs', 'time'].map((tab) => `/operations?tab=${tab}`),
    ],
  ],
];

function listsOf(who: string): readonly string[] {
  if (who === 'acme/ADMIN') return [...LISTS, '/connections', '/classes'];
  if (who === 'operator') return ['/tenants'];
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
    const one = await world.signedIn(tenant, role);
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
  const one = await world.visit();
  await one.open('/');
  expect(await faultsOf(one, 'the entrance')).toEqual([]);
  expect(one.complaints).toEqual([]);
});
