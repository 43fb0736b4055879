import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Json } from '#tests/support/json.ts';
import { ORIGINATOR } from '#tests/support/originator.ts';
import { magic } from '#tests/support/payment-client.ts';
import { commands, HAS_AWS_CLI } from '#tests/support/runbook.ts';
import { eventually } from '../platform.ts';
import type { Rehearsal, RehearsedTenant } from './rehearsal.ts';

const RUNBOOK = 'stuck-disbursement.md';

/** One pays by the API, one by a file that the bank has and says nothing of, one by a file that it has never fetched. */
const [BY_API, HAD, NEVER] = ['tyrell', 'weyland', 'soylent'] as const;

let tenant: RehearsedTenant;
let silent: string;
const files = new Map<string, { readonly tenant: RehearsedTenant; readonly payment: string }>();

/** Payments of which the bank says nothing, a week before. */
export async function aWeekBeforeStuck(rehearsal: Rehearsal): Promise<void> {
  tenant = await rehearsal.newIssuer(BY_API);
  await rehearsal.setPayments(BY_API, { cooling_off_hours: 0 });
  silent = await rehearsal.pay(BY_API, await rehearsal.payee(BY_API, '0506'), '13.00');
  await rehearsal.reaches(BY_API, silent, 'SENT');
  for (const [slug, account] of [
    [HAD, '0506'],
    [NEVER, '0505'],
  ] as const) {
    const issuer = await rehearsal.newIssuer(slug);
    await rehearsal.setPayments(slug, {
      ...{ cooling_off_hours: 0, channel: 'NACHA_FILE', ach_originator: ORIGINATOR },
    });
    const payment = await rehearsal.pay(slug, await rehearsal.payee(slug, account), '14.00');
    files.set(slug, { tenant: issuer, payment });
  }
}

export function stuckDisbursement(rehearsal: () => Rehearsal): void {
  describe(RUNBOOK, () => {
    const [, , approve = ''] = commands(RUNBOOK, '1. Which, and in which state');
    const [execution = ''] = commands(RUNBOOK, '2. Look at its execution');
    const [restart = ''] = commands(RUNBOOK, '4. Restart');
    const [returned = ''] = commands(RUNBOOK, 'Many payments are returned');
    const [resolve = ''] = commands(RUNBOOK, 'What the desk shows');
    const [prepared = '', acknowledge = '', reject = ''] = commands(
      RUNBOOK,
      'A payment by file stays `SENT`',
    );

    const follow = (...blocks: readonly string[]) => rehearsal().follow(tenant.people, ...blocks);
    const api = (role: string, method: string, path: string, body?: unknown, version?: unknown) =>
      rehearsal().platform.api(`tyrell/${role}`, method, path, body, {
        'idempotency-key': randomUUID(),
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      });
    const pay = (holder: string, amount: string) => rehearsal().pay('tyrell', holder, amount);
    const reaches = (id: string, status: string) => rehearsal().reaches('tyrell', id, status);
    const kyc = async (holder: string, status: string): Promise<void> => {
      const { version } = (await api('OPS', 'GET', `/shareholders/${holder}`)).body;
      const answer = await api('COMPLIANCE', 'PATCH', `/shareholders/${holder}/kyc`, { status }, version);
      expect(answer.status, answer.text).toBe(200);
    };

    test('a payment waits for a second person, and its payee is refused meanwhile: nothing leaves, and a new order is paid once that is put right', async () => {
      const holder = await rehearsal().payee(BY_API, '0000');
      const order = async (): Promise<string> => {
        const id = await pay(holder, '25000.00');
        const waiting = { status: 'PENDING', approval: 'REQUIRED' };
        expect(await rehearsal().payment(BY_API, id)).toMatchObject(waiting);
        return id;
      };
      const refused = await order();
      if (HAS_AWS_CLI)
        await eventually(
          () => follow(`ID=${refused}`, execution),
          (shown) => /RUNNING[\s\S]*\bAwaitApproval\b/.test(shown),
        );
      await kyc(holder, 'REJECTED');
      expect(await follow(`ID=${refused}`, approve)).toBe('APPROVED\n');
      expect(await reaches(refused, 'FAILED')).toMatchObject({ return_code: 'KYC' });
      await kyc(holder, 'VERIFIED');
      const paid = await order();
      expect(await follow(`ID=${paid}`, approve)).toBe('APPROVED\n');
      await reaches(paid, 'SETTLED');
      // Whoever approves it twice is told, and pays nobody twice.
      await expect(follow(`ID=${paid}`, approve)).rejects.toThrow();
    });

    test.runIf(HAS_AWS_CLI)('a restart by hand is harmless, however often it is done', async () => {
      const holder = await rehearsal().payee('tyrell', '0000');
      const id = await pay(holder, '11.00');
      const file = `${rehearsal().platform.dataDir}/restarted`;
      const once = rehearsal().asThisCli(restart.replaceAll('/dev/stdout', file));
      await follow(once, once);
      await reaches(id, 'SETTLED');
      const { rows } = await rehearsal().asSuperuser((client) =>
        client.query('select from vestry.mock_bank_payments where reference = $1', [id]),
      );
      expect(rows).toHaveLength(1);
    });

    test('payments come back: they are listed with their codes, and another account is paid', async () => {
      const holder = await rehearsal().payee('tyrell', '0103');
      const id = await pay(holder, '12.00');
      await reaches(id, 'FAILED');
      expect(await follow(returned)).toContain(`R03 12.00 ${id}`);
      const account = await api('OPS', 'POST', `/shareholders/${holder}/bank-accounts`, {
        ...{ routing_number: '121042882', account_number: magic('0000'), account_type: 'CHECKING' },
        holder_name: 'Ada Holder',
      });
      await rehearsal().approved('tyrell', account.body.id);
      await reaches(await pay(holder, '12.00'), 'SETTLED');
    });

    test('the bank has had a payment for a week without a word: two people say what it says on the telephone, once', async () => {
      const stuck = async (): Promise<string[]> =>
        (await api('OPS', 'GET', '/exceptions?kind=STUCK_PAYMENT')).body.data.map(
          (one: Json) => one.transaction_id,
        );
      expect(await stuck()).toEqual([silent]);
      expect(await follow(`ID=${silent}`, resolve)).toBe('APPROVED\n');
      await reaches(silent, 'SETTLED');
      expect(await stuck()).toEqual([]);
      await expect(follow(`ID=${silent}`, resolve)).rejects.toThrow();
      expect((await rehearsal().payment(BY_API, silent)).status).toBe('SETTLED');
    });

    test('the bank says nothing of a file: one that it has is settled, and what it never took is owed again', async () => {
      const said = { [HAD]: acknowledge, [NEVER]: reject };
      for (const [slug, steps] of Object.entries(said)) {
        const { tenant: issuer, payment } = files.get(slug) ?? { tenant, payment: '' };
        await rehearsal().reaches(slug, payment, 'SENT');
        const [, file = ''] =
          /^(\S+) .* 14\.00$/m.exec(await rehearsal().follow(issuer.people, prepared)) ?? [];
        const named = [issuer.people, `FILE=${file}`, steps];
        expect(await rehearsal().follow(...named)).toMatch(/^(ACKNOWLEDGED|APPROVED)\n$/);
        expect(await rehearsal().follow(issuer.people, prepared)).toBe('\n');
        // Whoever says it twice is told, or says nothing new.
        await rehearsal()
          .follow(...named)
          .catch(() => undefined);
      }
      await rehearsal().local('fire', 'reconcile-payments');
      await rehearsal().reaches(HAD, files.get(HAD)?.payment ?? '', 'SETTLED');
      await rehearsal().reaches(NEVER, files.get(NEVER)?.payment ?? '', 'FAILED');
    });
  });
}
