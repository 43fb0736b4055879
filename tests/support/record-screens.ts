import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_DATA_DIR } from '#local/data-directory.ts';
import { readPlatformFile } from '#local/platform-file.ts';
import { readArgumentsOrExit } from '#local/terminal.ts';
import { startBrowser } from './browser.ts';
import { ConsoleVisit, type Credentials } from './console-visit.ts';

/** `npm run screenshots`: pictures of the main screens, as a demo user sees them. */

const HELP = `usage: npm run screenshots -- [--data DIR] [--out DIR]

Takes pictures of the console's main screens, wide in light and as a telephone shows them in dark.

  --data DIR   the data directory of a running platform with its demo (default: ${DEFAULT_DATA_DIR})
  --out DIR    where the pictures go (default: docs/console)`;

const { values } = readArgumentsOrExit(HELP, {
  options: {
    data: { type: 'string', default: DEFAULT_DATA_DIR },
    out: { type: 'string', default: join(import.meta.dirname, '../../docs/console') },
  },
});

/** The pictures, by the tenant whose they are. The link of a list's row stands for the screen of the first thing in it. */
const SCREENS = [
  { of: 'acme', name: 'home', path: '/', phone: true },
  { of: 'acme', name: 'approvals', path: '/approvals' },
  { of: 'acme', name: 'approval', path: '/approvals?state=PENDING', first: true, phone: true },
  { of: 'acme', name: 'register', path: '/shareholders?q=tanaka' },
  { of: 'acme', name: 'holder', path: '/shareholders?q=ACME-00007', first: true },
  { of: 'acme', name: 'class', path: '/classes', first: true },
  { of: 'acme', name: 'split', path: '/splits/new' },
  { of: 'acme', name: 'dividend', path: '/dividends', first: true },
  { of: 'acme', name: 'payments', path: '/payments' },
  { of: 'acme', name: 'payment', path: '/payments?status=SETTLED', first: true },
  { of: 'acme', name: 'meeting', path: '/meetings', first: true },
  { of: 'acme', name: 'audit', path: '/audit' },
  { of: 'acme', name: 'identity-provider', path: '/connections', first: true, phone: true },
  { of: 'acme', name: 'uploads', path: '/uploads' },
  { of: 'globex', name: 'people', path: '/participants' },
  { of: 'globex', name: 'vesting', path: '/plans?type=RSU', first: true, phone: true },
  { of: 'globex', name: 'why', path: '/plans?type=401K', first: true, tab: 'Why these numbers' },
  { of: 'operator', name: 'operations', path: '/operations' },
] as const;

const file = readPlatformFile(values.data);

function credentials(of: (typeof SCREENS)[number]['of']): Credentials {
  if (of === 'operator') return file.operator;
  const user = file.tenants
    .find(({ slug }) => slug === of)
    ?.users.find(({ role }) => role === 'COMPLIANCE' || role === 'ADMIN');
  if (user === undefined) throw new Error('the platform has no demo');
  return { tenant: of, email: user.email, password: user.password };
}

mkdirSync(values.out, { recursive: true });
const browser = await startBrowser();
for (const [kind, width, height, colorScheme] of [
  ['wide', 1440, 900, 'light'],
  ['phone', 390, 844, 'dark'],
] as const) {
  for (const who of ['acme', 'globex', 'operator'] as const) {
    const visit = await ConsoleVisit.begin(browser, file.apiUrl, {
      viewport: { width, height },
      colorScheme,
    });
    await visit.signIn(credentials(who));
    for (const screen of SCREENS.filter((one) => one.of === who)) {
      if (kind === 'phone' && !('phone' in screen)) continue;
      await visit.open(screen.path);
      if ('first' in screen) await visit.openFirst();
      if ('tab' in screen) await visit.page.getByRole('tab', { name: screen.tab }).click();
      await visit.page.waitForLoadState('networkidle');
      const path = join(values.out, `${screen.name}-${kind}.png`);
      await visit.page.screenshot({ path });
      console.log(path);
    }
    await visit.close();
  }
}
await browser.close();
