import { describe, expect, test } from 'vitest';
import { stepAt, totpOf } from '#identity/second-factor/totp.ts';
import { bootstrapOperator } from '#identity/tenants/bootstrap-operator.ts';
import { commands } from '#tests/support/runbook.ts';
import { eventually } from '../platform.ts';
import type { Rehearsal, RehearsedTenant } from './rehearsal.ts';

const RUNBOOK = 'lost-second-factor.md';

export function lostSecondFactor(rehearsal: () => Rehearsal): void {
  describe(RUNBOOK, () => {
    let tenant: RehearsedTenant;
    const [whose = '', take = '', byOperator = ''] = commands(RUNBOOK, 'Take the factor');
    const of = (email: string) => whose.replace(/^EMAIL=.*$/m, `EMAIL=${email}`);

    /** Enrols an app, as the user of a session. Returns its recovery codes. */
    async function enrolled(token: string): Promise<string[]> {
      const send = async (path: string, body?: object) => {
        const answer = await fetch(`${rehearsal().platform.file.apiUrl}/api/me/second-factor${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
        });
        expect(answer.status).toBe(200);
        return answer.json();
      };
      const { secret } = await send('');
      return (await send('/confirm', { code: totpOf(secret, stepAt(Date.now())) })).recovery_codes;
    }

    test('a telephone is lost: a recovery code lets its owner in once, and two people take the factor from who has none', async () => {
      const { platform } = rehearsal();
      tenant = await rehearsal().newIssuer('umbrella');
      const email = 'ada@umbrella.example';
      await rehearsal().newUser(tenant.slug, { email, password: 'quilt harbour seven onion', role: 'OPS' });
      const signIn = () => rehearsal().signIn(tenant.slug, email, 'quilt harbour seven onion');
      const { access_token } = (await signIn()).body;
      const [recovery = ''] = await enrolled(access_token);
      const answer = async (code: string) => {
        const { mfa_token } = (await signIn()).body;
        return rehearsal().post('/auth/mfa', { mfa_token, code });
      };
      expect((await answer('000000')).status).toBe(401);

      const recovered = await answer(recovery);
      expect(recovered.status).toBe(200);
      expect((await answer(recovery)).status).toBe(401);
      const session: string = recovered.body.access_token;
      await enrolled(session);

      const lost = [tenant.people, of(email), take];
      expect(await rehearsal().follow(...lost)).toBe('APPROVED\n');
      expect([await rehearsal().standing(session), await rehearsal().standing(access_token)]).toEqual([
        401, 401,
      ]);
      expect((await signIn()).body).toHaveProperty('access_token');
      await eventually(
        () => rehearsal().local('mail'),
        (mails) => mails.includes(email),
      );
      const entries = await platform.api(`${tenant.slug}/ADMIN`, 'GET', '/audit?limit=20');
      expect(entries.body.data.map(({ action }: { action: string }) => action)).toEqual(
        expect.arrayContaining(['second-factor.enrolled', 'change.approved']),
      );

      // Whoever follows it twice is told, and takes nothing from anybody.
      await expect(rehearsal().follow(...lost)).rejects.toThrow('There is no such resource.');
      expect((await signIn()).body).toHaveProperty('access_token');
    });

    test.each([
      ['COMPLIANCE', 'ADMIN'],
      ['ADMIN', 'COMPLIANCE'],
    ])(
      'where the only %s has lost it, the only %s proposes it and an operator approves',
      async (loser, proposer) => {
        const session = async (role: string) => {
          const email = `${role.toLowerCase()}@${tenant.slug}.example`;
          return { email, ...(await rehearsal().signIn(tenant.slug, email)).body };
        };
        const { email, access_token } = await session(loser);
        await enrolled(access_token);
        expect(await session(loser)).toHaveProperty('mfa_token');
        const token = (await session(proposer)).access_token;
        const people = `${tenant.people}\nexport ${proposer}=${token}`;
        const from = of(email).replace('PROPOSER=$ADMIN', `PROPOSER=$${proposer}`);
        expect(await rehearsal().follow(people, from, byOperator)).toBe('APPROVED\n');
        expect(await rehearsal().standing(access_token)).toBe(401);
        expect(await session(loser)).toHaveProperty('access_token');
      },
    );

    test('an operator who has lost theirs is bootstrapped again, which ends the sessions and takes the factor', async () => {
      const { hostname, port, pathname, username, password } = new URL(rehearsal().platform.file.databaseUrl);
      const database = {
        host: hostname,
        port: Number(port),
        database: pathname.slice(1),
        user: username,
        password,
        ssl: false,
      };
      const operator = { email: 'night@vestry.example', password: 'plum trolley ninety saturn' };
      await bootstrapOperator(database, operator);
      const signIn = () => rehearsal().signIn('vestry-platform', operator.email, operator.password);
      const { access_token } = (await signIn()).body;
      await enrolled(access_token);
      expect((await signIn()).body).toHaveProperty('mfa_token');
      await bootstrapOperator(database, operator);
      expect(await rehearsal().standing(access_token)).toBe(401);
      expect((await signIn()).body).toHaveProperty('access_token');
    });
  });
}
