import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import { keyPath } from 'template-runner/objects';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSignedText } from '#audit/archive/signed-text.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import type { Json } from '#tests/support/json.ts';
import { commands, HAS_AWS_CLI } from '#tests/support/runbook.ts';
import type { Rehearsal, RehearsedTenant } from './rehearsal.ts';

const RUNBOOK = 'audit-verification.md';
const DIGESTS = 'audit/digests/';

/** It overwrites a digest, and so is the last one on its platform. */
export function auditVerification(rehearsal: () => Rehearsal): void {
  describe(RUNBOOK, () => {
    const [asTenant = '', here = '', onAws = ''] = commands(RUNBOOK, 'Verify');
    const [hold = '', evidence = ''] = commands(RUNBOOK, 'When a link is broken');
    const [from, to] = [addDays(dayOf(new Date()), -90), addDays(dayOf(new Date()), 90)];
    const range = `FROM=${from} TO=${to}`;
    let tenant: RehearsedTenant;
    let bucket: string;

    const follow = (...blocks: readonly string[]) => rehearsal().follow(tenant.people, range, ...blocks);
    const entry = () => rehearsal().payee(tenant.slug, '0000');
    const exported = () => rehearsal().local('fire', 'export-audit');
    const verified = () => follow(here);

    async function digests(): Promise<{ key: string; digest: Json; bytes: Buffer }[]> {
      const s3 = rehearsal().platform.s3();
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: DIGESTS }));
      const read = Contents.map(async ({ Key: key = '' }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        return { key, bytes, digest: JSON.parse(String(readSignedText(bytes)?.text)) as Json };
      });
      const all = await Promise.all(read);
      s3.destroy();
      return all;
    }

    beforeAll(async () => {
      tenant = await rehearsal().newIssuer('wayne');
      bucket = rehearsal().platform.file.buckets.audit ?? '';
      await entry();
      await exported();
    });

    test('every link holds, for the tenant, for this machine, and by the keys alone', async () => {
      const own = await follow(asTenant.replace(/^FROM=.*$/m, range));
      expect(own).toMatch(/outcome: 'VALID'/);
      expect(await verified()).toContain('every link holds');
      const keys = join(rehearsal().platform.dataDir, 'keys.json');
      const elsewhere = onAws.replaceAll('keys.json', keys);
      expect(await follow(`BUCKET=${bucket}`, elsewhere)).toContain('every link holds');
    });

    test('an object is altered: its record is named, the tenant is held, and the database has what stood there', async () => {
      const [named] = (await digests())
        .flatMap(({ digest }) => digest.objects.map((object: Json) => ({ ...object, digest })))
        .filter(({ tenant_id }) => tenant_id === tenant.id);
      const file = join(rehearsal().platform.dataDir, 'objects', bucket, keyPath(named.key));
      const before = readFileSync(file);
      writeFileSync(file, Buffer.from(before).fill(0, before.length - 12));
      await expect(verified()).rejects.toThrow(named.key);
      expect(await follow(asTenant.replace(/^FROM=.*$/m, range))).toMatch(/outcome: 'BROKEN'/);
      // A hold that is placed twice keeps the same.
      expect((await follow(hold, hold)).match(/^[\w-]{36}$/gm)).toHaveLength(2);
      const rows = await rehearsal().sql([RUNBOOK, 'When a link is broken', 1], {
        tenant: `'${tenant.id}'`,
        from_xact: `'${named.digest.from_xact}'`,
        to_xact: `'${named.digest.to_xact}'`,
      });
      const kept = gunzipSync(before)
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id);
      expect(rows.map(({ id }) => id).toSorted()).toEqual(kept.toSorted());
      writeFileSync(file, before);
      expect(await verified()).toContain('every link holds');
    });

    test('the exporter is behind: the transaction that keeps it is named and ended, and the entries are exported', async () => {
      const count = async () => (await digests()).flatMap(({ digest }) => digest.objects).length;
      const forgotten = new pg.Client({ connectionString: rehearsal().platform.file.databaseUrl });
      forgotten.on('error', () => undefined);
      await forgotten.connect();
      const { rows } = await forgotten
        .query('begin; select pg_backend_pid() as pid, pg_current_xact_id()')
        .then((results) => [results].flat().at(-1) ?? { rows: [] });
      await entry();
      await exported();
      const before = await count();
      await exported();
      expect(await count()).toBe(before);
      const section = [RUNBOOK, 'The exporter is behind'] as const;
      const [oldest] = await rehearsal().sql([...section, 0]);
      expect(oldest.pid).toBe(rows[0].pid);
      await rehearsal().sql([...section, 1], { pid: oldest.pid });
      await exported();
      expect(await count()).toBeGreaterThan(before);
      expect(await verified()).toContain('every link holds');
    });

    test('a digest is overwritten: the night’s job fails, and what the exporter wrote is found', async () => {
      const { key, bytes } = (await digests()).at(-1) as { key: string; bytes: Buffer };
      const s3 = rehearsal().platform.s3();
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'Nothing has happened.' }));
      s3.destroy();
      await expect(rehearsal().local('fire', 'verify-audit-chain')).rejects.toThrow('overwritten or deleted');
      const told = await verified().catch((error: Error) => error.message);
      expect(told).toContain(`altered-digest ${key}`);
      const [recorded] = await rehearsal().sql([RUNBOOK, 'When a link is broken', 0], {
        digest_key: `'${key}'`,
      });
      expect(recorded.digest_sha256).toBe(hash('sha256', bytes));
      if (!HAS_AWS_CLI) return;
      const file = join(rehearsal().platform.dataDir, 'evidence');
      const named = [`BUCKET=${bucket}`, `KEY=${key}`, evidence.replaceAll(/\bevidence\b/g, file)];
      expect(await follow(...named)).toContain(recorded.digest_sha256);
    });
  });
}
