import { randomBytes } from 'node:crypto';
import { StartError } from 'template-runner/start-error';
import { demoPeople, demoRoleMap } from '#local/identity-provider/demo-people.ts';
import type { LocalClient, LocalProvider } from '#local/identity-provider/local-provider.ts';
import type { DemoDoors } from './doors.ts';

interface Connecting {
  readonly slug: string;
  /** The tokens of the two persons that a connection takes. */
  readonly admin: string;
  readonly compliance: string;
}

/** Connects the tenants to the provider as their administrators would: created, tested and switched on, each by two persons. */
export async function connectProvider(
  doors: DemoDoors,
  provider: LocalProvider,
  tenants: readonly Connecting[],
): Promise<readonly LocalClient[]> {
  const clients: LocalClient[] = [];
  for (const tenant of tenants) clients.push(await create(doors, provider, tenant));
  provider.serve(clients);
  for (const [index, tenant] of tenants.entries())
    await switchOn(doors, tenant, clients[index]?.connectionId ?? '');
  return clients;
}

async function create(
  doors: DemoDoors,
  { issuer }: LocalProvider,
  { slug, admin, compliance }: Connecting,
): Promise<LocalClient> {
  const client = { clientId: `vestry-${slug}`, clientSecret: randomBytes(24).toString('base64url') };
  const request = await doors.call<{ id: string; subject: { id: string } }>('POST', '/connections', admin, {
    kind: 'OIDC',
    name: 'Local identity provider',
    issuer,
    client_id: client.clientId,
    client_secret: client.clientSecret,
    scopes: ['openid', 'email', 'groups'],
    employee_id_claim: 'employee_id',
    role_map: demoRoleMap(slug),
  });
  await doors.call('POST', `/approvals/${request.id}/approve`, compliance);
  return { tenant: slug, connectionId: request.subject.id, ...client };
}

async function switchOn(
  doors: DemoDoors,
  { slug, admin, compliance }: Connecting,
  id: string,
): Promise<void> {
  const [operations] = demoPeople(slug);
  const test = await doors.call<{ start_uri: string }>('POST', `/connections/${id}/test`, admin);
  await visit(`${test.start_uri}&login_hint=${operations.email}`, 200);
  const { version } = await doors.call<{ version: number }>('GET', `/connections/${id}`, admin);
  const change = await doors.call<{ id: string }>(
    'PATCH',
    `/connections/${id}`,
    admin,
    { status: 'ACTIVE' },
    { 'if-match': `"${version}"` },
  );
  await doors.call('POST', `/approvals/${change.id}/approve`, compliance);
  // The first sign-in of somebody with a privileged role asks for it; from its approval on they come in.
  const start = test.start_uri.split('?', 1)[0] ?? '';
  await visit(`${start}?login_hint=${operations.email}`, 403);
  const { data } = await doors.call<{ data: readonly { id: string }[] }>(
    'GET',
    '/approvals?state=PENDING&kind=user-created',
    compliance,
  );
  for (const request of data) await doors.call('POST', `/approvals/${request.id}/approve`, compliance);
}

const MAX_STEPS = 10;
const STEP_MS = 30_000;

/** Follows a sign-in through the provider as a browser does, with its cookies, to the answer of our callback, which it returns. */
export async function visit(url: string, expected: number): Promise<string> {
  const cookies = new Map<string, string>();
  let next = url;
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(next, {
      redirect: 'manual',
      headers: cookie === '' ? {} : { cookie },
      signal: AbortSignal.timeout(STEP_MS),
    });
    for (const header of answer.headers.getSetCookie()) {
      const [pair = ''] = header.split(';', 1);
      const [name = '', ...value] = pair.split('=');
      cookies.set(name, value.join('='));
    }
    const location = answer.headers.get('location');
    if (location === null) {
      const text = await answer.text();
      if (answer.status === expected) return text;
      throw new StartError(`the demo could not sign in: ${next} answered ${answer.status} ${text}`);
    }
    next = new URL(location, next).href;
  }
  throw new StartError(`the demo could not sign in: ${url} leads nowhere`);
}
