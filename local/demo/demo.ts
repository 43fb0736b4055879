import { addDays, dayOf } from '#kernel/calendar.ts';
import type { LocalClient, LocalProvider } from '#local/identity-provider/local-provider.ts';
import type { LocalPlatform } from '#local/platform.ts';
import { generatePassword, type LocalTenant, type LocalUser } from '#local/platform-file.ts';
import { type DemoDoors, demoDoors } from './doors.ts';
import { loadIssuerDemo } from './issuer.ts';
import { payDemoHolders } from './payments.ts';
import { dropRegister } from './register.ts';
import { connectProvider } from './single-sign-on.ts';
import { loadSponsor } from './sponsor.ts';

/** Record dates of the demo are over by the first start: its register is of an earlier day. */
const REGISTERED_DAYS_AGO = 60;
const ROLES = ['OPS', 'COMPLIANCE', 'EMPLOYEE'] as const;

const ISSUER = {
  slug: 'acme',
  name: 'Acme Corporation',
  type: 'ISSUER',
  time_zone: 'America/New_York',
} as const;
const SPONSOR = {
  ...{ slug: 'globex', name: 'Globex Plan Services', type: 'SPONSOR' },
  time_zone: 'America/Los_Angeles',
} as const;

/** A second issuer, of whom the first must see nothing. */
const OTHER_ISSUER = {
  ...{ slug: 'initech', name: 'Initech Holdings', type: 'ISSUER' },
  time_zone: 'Europe/London',
} as const;
const OTHER_HOLDERS = ['Ingrid Sato', 'Paolo Verdi', 'Amara Diallo'];

/** The tenants whose people sign in by the local identity provider. */
export const DEMO_TENANTS: readonly string[] = [ISSUER.slug, SPONSOR.slug];

export interface LoadedDemo {
  readonly tenants: readonly LocalTenant[];
  /** The clients that the tenants are at their identity provider. */
  readonly clients: readonly LocalClient[];
}

/** Loads an issuer and a sponsor with a user of each role and a year of business, and a second issuer with a few holders, by the doors that customers use. */
export async function loadDemo(platform: LocalPlatform, provider: LocalProvider): Promise<LoadedDemo> {
  const doors = demoDoors(platform);
  try {
    const operator = await signIn(doors, platform.file.operator);
    const tenants = await Promise.all(
      [ISSUER, SPONSOR, OTHER_ISSUER].map((tenant) => createTenant(doors, operator, tenant)),
    );
    const [issuer, sponsor, other] = tenants as [LocalTenant, LocalTenant, LocalTenant];
    const now = new Date();
    const ops = await tokenOf(doors, issuer, 'OPS');
    const compliance = await tokenOf(doors, issuer, 'COMPLIANCE');
    const token = await tokenOf(doors, sponsor, 'ADMIN');
    const admin = await tokenOf(doors, issuer, 'ADMIN');
    const connecting = [
      { slug: issuer.slug, admin, compliance },
      { slug: sponsor.slug, admin: token, compliance: await tokenOf(doors, sponsor, 'COMPLIANCE') },
    ];
    const loadIssuer = async (): Promise<void> => {
      const today = dayOf(now, ISSUER.time_zone);
      await dropRegister(doors, issuer.slug, admin, addDays(today, -REGISTERED_DAYS_AGO));
      await loadIssuerDemo(doors, { ops, compliance }, today);
    };
    const [clients] = await Promise.all([
      connectProvider(doors, provider, connecting),
      loadIssuer(),
      loadSponsor(doors, { slug: sponsor.slug, token }, now),
      enterHolders(doors, await tokenOf(doors, other, 'OPS')),
    ]);
    // These payments come last and are not awaited: for some of them the bank reports nothing for a long time.
    await payDemoHolders(doors, { ops, compliance });
    return { tenants, clients };
  } finally {
    doors.close();
  }
}

async function enterHolders(doors: DemoDoors, token: string): Promise<void> {
  for (const [index, name] of OTHER_HOLDERS.entries()) {
    const holder = { external_ref: `IT-${index + 1}`, name, holdings: String(1_000 * (index + 1)) };
    await doors.call('POST', '/shareholders', token, holder);
  }
}

type Credentials = { readonly tenant?: string; readonly email: string; readonly password: string };

async function signIn(doors: DemoDoors, { tenant, email, password }: Credentials): Promise<string> {
  const body = { ...(tenant === undefined ? {} : { tenant }), email, password };
  return (await doors.call<{ access_token: string }>('POST', '/auth/login', undefined, body)).access_token;
}

function tokenOf(doors: DemoDoors, { slug, users }: LocalTenant, role: string): Promise<string> {
  const user = users.find((candidate) => candidate.role === role) as LocalUser;
  return signIn(doors, { tenant: slug, email: user.email, password: user.password });
}

async function createTenant(
  doors: DemoDoors,
  operatorToken: string,
  { slug, name, type, time_zone }: typeof ISSUER | typeof SPONSOR | typeof OTHER_ISSUER,
): Promise<LocalTenant> {
  const userOf = (role: string): LocalUser => ({
    email: `${role.toLowerCase()}@${slug}.example`,
    password: generatePassword(),
    role,
    ...(role === 'EMPLOYEE' ? { employee_id: 'E-1001' } : {}),
  });
  const [admin, ops, compliance, employee] = [userOf('ADMIN'), ...ROLES.map(userOf)] as [
    LocalUser,
    LocalUser,
    LocalUser,
    LocalUser,
  ];
  const first = ({ email, password }: LocalUser) => ({ email, password });
  const tenant = { slug, name, type, time_zone, admin: first(admin), first_compliance: first(compliance) };
  await doors.call('POST', '/tenants', operatorToken, tenant);
  const token = await signIn(doors, { tenant: slug, ...admin });
  const { id } = await doors.call<{ id: string }>('POST', '/users', token, ops);
  const second = await signIn(doors, { tenant: slug, ...compliance });
  await doors.call('POST', `/approvals/${id}/approve`, second);
  await doors.call('POST', '/users', token, employee);
  // The demo pays into accounts that were entered a moment ago: no account cools off.
  const settings = await doors.call<{ id: string }>(
    'PUT',
    '/settings/payments',
    token,
    { cooling_off_hours: 0 },
    {
      'if-match': '"0"',
    },
  );
  await doors.call('POST', `/approvals/${settings.id}/approve`, second);
  return { slug, type, users: [admin, ops, compliance, employee] };
}
