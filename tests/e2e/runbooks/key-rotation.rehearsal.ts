import { hash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { section } from '#tests/support/runbook.ts';
import { eventually } from '../platform.ts';
import type { Rehearsal } from './rehearsal.ts';

const RUNBOOK = 'key-rotation.md';

/** The jobs that a section has somebody fire, in its order. */
const jobsOf = (heading: string): string[] =>
  [...section(RUNBOOK, heading).matchAll(/\b[Ff]ire `([\w-]+)`/g)].map(([, job = '']) => job);

/** It ends every session of its platform. */
export function keyRotation(rehearsal: () => Rehearsal): void {
  describe(RUNBOOK, () => {
    const fire = (job = '') => rehearsal().local('fire', job);
    const published = async (): Promise<string> =>
      (await fetch(`${rehearsal().platform.file.apiUrl}/.well-known/jwks.json`)).text();

    test('a signing key has leaked: what it signed is refused at once, everybody signs in again, and the key is gone', async () => {
      const heading = 'A signing key has leaked';
      const [another, last] = jobsOf(heading);
      const stolen = await rehearsal().platform.token('acme', 'OPS');
      const { kid } = JSON.parse(Buffer.from(stolen.split('.')[0] ?? '', 'base64url').toString());
      expect(await rehearsal().standing(stolen)).toBe(200);
      await fire(another);
      const named = { kid: `'${kid}'` };
      await rehearsal().sql([RUNBOOK, heading, 0], named);
      await rehearsal().sql([RUNBOOK, heading, 1], named);
      expect(await rehearsal().standing(stolen)).toBe(401);
      rehearsal().forget();
      const again = await rehearsal().platform.token('acme', 'OPS');
      expect(Buffer.from(again.split('.')[0] ?? '', 'base64url').toString()).not.toContain(kid);
      await eventually(
        () => rehearsal().standing(again),
        (status) => status === 200,
      );
      // The platform's clock is days ahead of the database's, by which the key was retired: the ten minutes are over.
      await fire(last);
      expect(await published()).not.toContain(kid);
    });

    test('an audit key has leaked: the chain goes on under another, and what is not ours would differ from the database', async () => {
      const heading = 'An audit key has leaked';
      await fire('export-audit');
      const [rotate] = jobsOf(heading);
      await fire(rotate);
      await fire('export-audit');
      const rows = await rehearsal().sql([RUNBOOK, heading], { leak: `'2020-01-01'` });
      const s3 = rehearsal().platform.s3();
      const Bucket = rehearsal().platform.file.buckets.audit;
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'audit/digests/' }));
      const [newest] = Contents.slice(-1);
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: newest?.Key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      s3.destroy();
      expect(rows.at(-1)?.digest_sha256).toBe(hash('sha256', bytes));
      const today = dayOf(new Date());
      const range = `--from ${addDays(today, -90)} --to ${addDays(today, 90)}`;
      expect(await rehearsal().follow(`npm run audit:verify -- ${range}`)).toContain('every link holds');
    });

    test('the field key has leaked: after a quarter of an hour it opens nothing that is current', async () => {
      const heading = 'The field key has leaked';
      const [rotate, reseal, again] = jobsOf(heading);
      const sealed = async () => (await rehearsal().sql([RUNBOOK, heading], { leaked: `'v1'` })).at(-1);
      const before = await sealed();
      expect(Number(before?.sealed_by_it)).toBeGreaterThan(0);
      await fire(rotate);
      const later = new Date((await rehearsal().now()).getTime() + 15 * 60_000);
      await rehearsal().local('advance', later.toISOString());
      await eventually(
        () => fire(reseal),
        (said) => said.includes('"complete":true') || /complete:? *true/.test(said),
      );
      // Changes that wait are not sealed anew: they are decided, as the runbook says.
      await rehearsal().denyWaiting();
      await fire(again);
      const after = await sealed();
      expect([Number(after?.sealed_by_it), after?.count]).toEqual([0, before?.count]);
      expect((await rehearsal().platform.api('acme/OPS', 'GET', '/me')).status).toBe(200);
    });
  });
}
