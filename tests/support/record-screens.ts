import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_DATA_DIR } from '#local/data-directory.ts';
import { readPlatformFile } from '#local/platform-file.ts';
import { readArgumentsOrExit } from '#local/terminal.ts';
import { startBrowser } from './browser.ts';
import { ConsoleVisit } from './console-visit.ts';

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

/** The link of a list's row stands for the screen of the first thing in it. */
const SCREENS = [
  { name: 'home', path: '/', phone: true },
  { name: 'approvals', path: '/approvals' },
  { name: 'approval', path: '/approvals?state=PENDING', first: true, phone: true },
  { name: 'register', path: '/shareholders?q=tanaka' },
  { name: 'holder', path: '/shareholders?q=ACME-00007', first: true },
  { name: 'dividend', path: '/dividends', first: true },
  { name: 'payments', path: '/payments' },
  { name: 'payment', path: '/payments?status=SETTLED', first: true },
  { name: 'meeting', path: '/meetings', first: true },
  { name: 'audit', path: '/audit' },
  { name: 'uploads', path: '/uploads' },
] as const;

const file = readPlatformFile(values.data);
const user = file.tenants
  .find(({ slug }) => slug === 'acme')
  ?.users.find(({ role }) => role === 'COMPLIANCE' || role === 'ADMIN');
if (user === undefined) throw new Error('the platform has no demo');

mkdirSync(values.out, { recursive: true });
const browser = await startBrowser();
for (const [kind, width, height, colorScheme] of [
  ['wide', 1440, 900, 'light'],
  ['phone', 390, 844, 'dark'],
] as const) {
  const visit = await ConsoleVisit.begin(browser, file.apiUrl, { viewport: { width, height }, colorScheme });
  await visit.signIn({ tenant: 'acme', email: user.email, password: user.password });
  for (const screen of SCREENS) {
    if (kind === 'phone' && !('phone' in screen)) continue;
    await visit.open(screen.path);
    if ('first' in screen) await visit.openFirst();
    const path = join(values.out, `${screen.name}-${kind}.png`);
    await visit.page.screenshot({ path });
    console.log(path);
  }
  await visit.close();
}
await browser.close();
