import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { commands } from '#tests/support/runbook.ts';
import { eventually } from '../platform.ts';
import { withoutPostgres } from '../without-postgres.ts';
import type { Rehearsal } from './rehearsal.ts';

const RUNBOOK = 'failing-functions.md';

export function failingFunctions(rehearsal: () => Rehearsal): void {
  describe(RUNBOOK, () => {
    const [which = ''] = commands(RUNBOOK, '1. One function, or all');
    const [why = ''] = commands(RUNBOOK, '2. Why');
    const webhooks = () => rehearsal().platform.api('acme/ADMIN', 'GET', '/webhooks');
    const logged = () => rehearsal().follow(why.replaceAll('.vestry/', `${rehearsal().platform.dataDir}/`));

    test('one route fails: it is named, its log says why, and it answers again once that is put right', async () => {
      await rehearsal().asSuperuser((client) =>
        client.query('revoke select on vestry.webhooks from vestry_app'),
      );
      expect((await webhooks()).status).toBe(500);
      const named = await eventually(
        () => rehearsal().follow(which),
        (shown) => shown.includes('route="listWebhooks"'),
      );
      expect(named).toMatch(/^200$/m);
      expect(await logged()).toMatch(/permission denied/);
      await rehearsal().asSuperuser((client) =>
        client.query('grant select on vestry.webhooks to vestry_app'),
      );
      expect((await webhooks()).status).toBe(200);
    });

    test('one route waits for a lock: its holder is named, and is ended', async () => {
      const holder = new pg.Client({ connectionString: rehearsal().platform.file.databaseUrl });
      holder.on('error', () => undefined);
      await holder.connect();
      await holder.query('begin; lock table vestry.webhooks in access exclusive mode');
      const waiting = webhooks();
      const section = [RUNBOOK, '4. Who waits for whom'] as const;
      const [{ pid, state }] = await eventually(
        () => rehearsal().sql([...section, 0]),
        ({ length }) => length > 0,
      );
      expect(state).toBe('idle in transaction');
      await rehearsal().sql([...section, 1], { pid });
      expect((await waiting).status).toBe(200);
      expect(await rehearsal().sql([...section, 0])).toEqual([]);
      // Whoever follows it twice ends nobody else's session.
      await rehearsal().sql([...section, 1], { pid });
    });

    test('all of them: the database is away, nothing is lost, and the same request is done once it is back', async () => {
      const { platform } = rehearsal();
      await rehearsal().follow('true');
      const comeBack = await withoutPostgres(platform.dataDir);
      const holder = { external_ref: 'NIGHT-1', name: 'Grace Hopper', holdings: '1' };
      const key = { 'idempotency-key': randomUUID() };
      const enter = () => platform.api('acme/OPS', 'POST', '/shareholders', holder, key);
      try {
        expect(await rehearsal().follow(which)).toMatch(/^503\n[\s\S]*"status":503/);
        const { status, headers } = await enter();
        expect([status, headers.get('retry-after')]).toEqual([503, expect.stringMatching(/\d/)]);
      } finally {
        comeBack();
      }
      const { body } = await eventually(enter, ({ status }) => status === 201);
      expect((await enter()).body.id).toBe(body.id);
      expect(await rehearsal().follow(which)).toMatch(/^200\n/);
    });
  });
}
