import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { visit } from '#local/demo/single-sign-on.ts';
import { type IdentityProvider, startIdentityProvider } from '#local/identity-provider/identity-provider.ts';
import { commands } from '#tests/support/runbook.ts';
import { eventually } from '../platform.ts';
import type { Rehearsal, RehearsedTenant } from './rehearsal.ts';

const RUNBOOK = 'lost-identity-provider.md';
const OLGA = { id: 'olga', email: 'olga@hooli.example' };
const CLIENT = { id: 'vestry-hooli', secret: 'a secret of the rehearsal' };

/** Somebody of a tenant's compliance comes in by a provider of the rehearsal's own, which can be taken away. */
export function lostIdentityProvider(rehearsal: () => Rehearsal): void {
  describe(RUNBOOK, () => {
    const [which = ''] = commands(RUNBOOK, 'Which it is');
    const [lift = '', confirm = ''] = commands(RUNBOOK, 'Let passwords in');
    const [disable = '', byOperator = '', enable = ''] = commands(RUNBOOK, 'Nobody else gets in');
    let provider: IdentityProvider;
    let tenant: RehearsedTenant;
    let connection: string;

    const admin = (method: string, path: string, body?: unknown, version?: unknown) =>
      rehearsal().platform.api('hooli/ADMIN', method, path, body, {
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      });
    const start = () => `${rehearsal().platform.file.apiUrl}/api/auth/${connection}/start`;
    const serve = () => {
      const redirect = `${rehearsal().platform.file.apiUrl}/api/auth/oidc/${connection}/callback`;
      provider.serve([
        {
          ...{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirect] },
          ...{ response_types: ['code'], grant_types: ['authorization_code'] },
        },
      ]);
    };
    const byProvider = async (): Promise<string> => {
      const { code } = JSON.parse(await visit(`${start()}?login_hint=${OLGA.email}`, 200));
      return (await rehearsal().post('/auth/sso/token', { code })).body.access_token;
    };
    const compliance = () => rehearsal().signIn('hooli', 'compliance@hooli.example');

    /** Has single sign-on required, as `PUT /settings/sign-in` is sent on a working day. Passwords let in the ADMIN alone then. */
    async function required(approve: (change: string) => Promise<unknown>): Promise<void> {
      const { id } = (await admin('GET', '/me')).body;
      const { version, networks } = (await admin('GET', '/settings/sign-in')).body;
      const settings = { sso_required: true, break_glass_user_id: id, networks, session_hours: 8 };
      const { body } = await admin('PUT', '/settings/sign-in', settings, version);
      await approve(body.id);
      expect((await compliance()).body.type).toBe('/problems/sso-required');
    }

    beforeAll(async () => {
      tenant = await rehearsal().newIssuer('hooli');
      const people = [
        { ...OLGA, claims: { email: OLGA.email, groups: ['compliance'] }, amr: ['pwd', 'mfa'] },
      ];
      provider = await startIdentityProvider({ port: 0, people, claims: ['email', 'groups'] });
      const { body } = await admin('POST', '/connections', {
        ...{ kind: 'OIDC', name: 'Of the rehearsal', issuer: provider.issuer },
        ...{ client_id: CLIENT.id, client_secret: CLIENT.secret, scopes: ['openid', 'email', 'groups'] },
        role_map: [{ claim: 'groups', value: 'compliance', role: 'COMPLIANCE' }],
      });
      await rehearsal().approved('hooli', body.id);
      connection = body.subject.id;
      serve();
      const begun = await admin('POST', `/connections/${connection}/test`);
      await visit(`${begun.body.start_uri}&login_hint=${OLGA.email}`, 200);
      const { version } = (await admin('GET', `/connections/${connection}`)).body;
      const on = await admin('PATCH', `/connections/${connection}`, { status: 'ACTIVE' }, version);
      await rehearsal().approved('hooli', on.body.id);
      await visit(`${start()}?login_hint=${OLGA.email}`, 403);
      const waiting = await admin('GET', '/approvals?state=PENDING&kind=user-created');
      await rehearsal().approved('hooli', waiting.body.data[0].id);
      await required((change) => rehearsal().approved('hooli', change));
    });
    afterAll(() => provider.close());

    test('its keys change: everybody still gets in, and there is nothing to do', async () => {
      serve();
      expect(await rehearsal().standing(await byProvider())).toBe(200);
      expect(await rehearsal().follow(tenant.people, which)).toContain('It answers.');
    });

    test('it is down: two people who still have sessions let passwords in, and change nothing else', async () => {
      const olga = await byProvider();
      await provider.close();
      expect(await rehearsal().follow(tenant.people, which)).toContain('It does not answer.');
      expect((await compliance()).status).toBe(403);
      const shown = await rehearsal().follow(tenant.people, `COMPLIANCE=${olga}`, which, lift, confirm);
      expect(shown).toMatch(/APPROVED\n$/);
      expect((await compliance()).status).toBe(200);
      expect((await admin('GET', '/settings/sign-in')).body).toMatchObject({
        ...{ sso_required: false, session_hours: 8 },
      });
    });

    test('it is down, and nobody else gets in: the one who keeps a password and an operator let the others in again', async () => {
      const { access_token } = (await compliance()).body;
      await required((change) =>
        rehearsal().follow(tenant.people, `COMPLIANCE=${access_token}`, `approve ${change}`),
      );
      const early = rehearsal().follow(tenant.people, lift, byOperator.replaceAll(/^\s*$/gm, ''));
      await expect(early).rejects.toThrow();
      const { data } = (await admin('GET', '/approvals?state=PENDING&kind=sign-in-settings')).body;
      const pending = `CHANGE=${data[0].id}`;

      const shown = await rehearsal().follow(tenant.people, pending, disable, byOperator, enable);
      expect(shown.match(/^DISABLED$/gm)).toHaveLength(2);
      expect(shown).toContain('APPROVED');
      const waiting = [...shown.matchAll(/^(\S+) waits for (\S+)$/gm)];
      expect(waiting).toHaveLength(2);
      // The operator approves the first of them, who approves the other.
      const users = (await admin('GET', '/users')).body.data;
      const { id } = users.find(({ email }: { email: string }) => email === 'compliance@hooli.example');
      const [first, second] = waiting
        .toSorted(([, user]) => (user === id ? -1 : 1))
        .map(([, , change]) => change);
      expect(await rehearsal().follow(tenant.people, `CHANGE=${first}`, byOperator)).toContain('APPROVED');
      const back = await eventually(compliance, ({ status }) => status === 200);
      const approving = [`COMPLIANCE=${back.body.access_token}`, `approve ${second}`];
      expect(await rehearsal().follow(tenant.people, ...approving)).toBe('APPROVED\n');
      const { data: trail } = (await admin('GET', '/audit?limit=50')).body;
      expect(trail.map(({ action }: { action: string }) => action)).toEqual(
        expect.arrayContaining(['user.updated', 'change.requested', 'change.approved', 'user.active']),
      );
    });
  });
}
