import { generateKeyPairSync, hash, randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ArchivedObject, type AuditArchive, readWhole } from '#audit/archive/audit-archive.ts';
import { bucketArchive } from '#audit/archive/audit-bucket.ts';
import { currentDigestKey, type PublicKeys } from '#audit/archive/audit-keys.ts';
import { type Digest, parseDigest } from '#audit/archive/digest.ts';
import { readSignedText, signText } from '#audit/archive/signed-text.ts';
import type { BrokenLink, Verification } from '#audit/verification/verification.ts';
import { type VerifyOptions, verifyArchive } from '#audit/verification/verify-archive.ts';
import { dayOf } from '#kernel/calendar.ts';
import { fileArchive } from '#local/file-archive.ts';
import { exportAll, insertEntry, publicKeys } from '#tests/support/audit-archive.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** Each a digest with an object of each tenant. */
const EXPORTS = 5;
const RECORDS = 40;
const TODAY = dayOf(new Date());

let database: TestDatabase;
let aws: TestAws;
let ours: TestTenant;
let theirs: TestTenant;
let keys: PublicKeys;
/** The objects as they were written, by key. */
let written: Map<string, Buffer>;
let digests: { readonly key: string; readonly digest: Digest }[];

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  const { admin } = database;
  ours = await insertTestTenant(admin, 'ISSUER');
  theirs = await insertTestTenant(admin, 'ISSUER');
  for (let run = 0; run < EXPORTS; run += 1) {
    for (let record = 0; record < RECORDS; record += 1)
      await insertEntry(admin, ours.id, `tenants/${run}-${record}`);
    await insertEntry(admin, theirs.id, `tenants/${run}`);
    await exportAll(admin, `${TODAY}T0${run}:00:00Z`);
  }
  keys = await publicKeys(admin);
  const archive = fileArchive(aws.dataDir, aws.auditBucket);
  written = new Map();
  digests = [];
  for await (const { key } of archive.list('audit/digests/')) {
    const bytes = (await readWhole(archive, key)) as Buffer;
    const digest = parseDigest(readSignedText(bytes)?.text as Buffer) as Digest;
    written.set(key, bytes);
    digests.push({ key, digest });
    for (const object of digest.objects)
      written.set(object.key, (await readWhole(archive, object.key)) as Buffer);
  }
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

function archiveOf(files: ReadonlyMap<string, Buffer>): AuditArchive {
  return {
    async *list(prefix) {
      for (const key of [...files.keys()].filter((name) => name.startsWith(prefix)).sort())
        yield { key, firstVersionId: null, isReplaced: false };
    },
    async read(key) {
      const bytes = files.get(key);
      // The bytes are cut into pieces, as from a network.
      return (
        bytes &&
        (async function* () {
          for (let start = 0; start < bytes.length; start += 1000) yield bytes.subarray(start, start + 1000);
        })()
      );
    },
  };
}

/** Verifies a copy of the archive in which something was done. */
async function verify(
  tamper: (files: Map<string, Buffer>) => void = () => undefined,
  options: Partial<VerifyOptions> = {},
): Promise<Verification> {
  const files = new Map([...written].map(([key, bytes]) => [key, Buffer.from(bytes)]));
  tamper(files);
  return verifyArchive({ archive: archiveOf(files), keys, from: TODAY, to: TODAY, ...options });
}

async function broken(...args: Parameters<typeof verify>): Promise<BrokenLink | null> {
  const { outcome, broken } = await verify(...args);
  expect(outcome === 'BROKEN').toBe(broken !== null);
  return broken;
}

const digestAt = (place: number) => digests[place] as { key: string; digest: Digest };
const keyOf = (place: number, tenant: TestTenant = ours): string =>
  digestAt(place).digest.objects.find(({ tenant_id }) => tenant_id === tenant.id)?.key as string;

function rewrite(key: string, change: (lines: string[]) => string[]) {
  return (files: Map<string, Buffer>) => {
    const lines = gunzipSync(files.get(key) as Buffer)
      .toString()
      .split('\n')
      .slice(0, -1);
    const changed = change(lines);
    expect(changed).not.toEqual(lines);
    files.set(key, gzipSync(changed.map((line) => `${line}\n`).join('')));
  };
}

test('what was written holds', async () => {
  expect(await verify()).toEqual({
    ...{ from: TODAY, to: TODAY, outcome: 'VALID', valid: true, broken: null, digests: EXPORTS },
    ...{ objects: 2 * EXPORTS, entries: EXPORTS * (RECORDS + 1) },
  });
  expect(await verify(undefined, { tenantId: theirs.id })).toMatchObject({ valid: true, objects: EXPORTS });
  expect(await verify(undefined, { tenantId: randomUUID() })).toMatchObject({
    outcome: 'EMPTY',
    valid: false,
  });
  expect(await verify(undefined, { from: '2020-01-01', to: '2020-12-31' })).toMatchObject({
    ...{ outcome: 'EMPTY', valid: false, broken: null, digests: 1, objects: 0 },
  });
});

describe('an object', () => {
  test('is named when it is missing', async () => {
    expect(await broken((files) => void files.delete(keyOf(2)))).toMatchObject({
      ...{ kind: 'missing-object', key: keyOf(2) },
    });
  });

  test.each([1, 2, 17, RECORDS])('of which record %i was changed is named with its line', async (line) => {
    const change = rewrite(keyOf(3), (lines) =>
      lines.map((text, index) =>
        index === line - 1 ? text.replace('"resource":"tenants', '"resource":"tenantz') : text,
      ),
    );
    expect(await broken(change)).toMatchObject({ kind: 'altered-record', key: keyOf(3), line });
  });

  test.each<[string, (lines: string[]) => string[], BrokenLink['kind'], number]>([
    ['lost a record in its midst', (lines) => lines.toSpliced(9, 1), 'altered-record', 10],
    ['lost its first record', (lines) => lines.slice(1), 'altered-record', 1],
    ['lost its last record', (lines) => lines.slice(0, -1), 'truncated-object', RECORDS],
    [
      'has two records in another order',
      (lines) => lines.toSpliced(4, 2, lines[5] ?? '', lines[4] ?? ''),
      'altered-record',
      5,
    ],
    ['has a record twice', (lines) => lines.toSpliced(7, 0, lines[6] ?? ''), 'altered-record', 8],
    ['has a record more', (lines) => [...lines, lines[0] ?? ''], 'altered-record', RECORDS + 1],
    ['has an empty line', (lines) => lines.toSpliced(3, 0, ''), 'altered-record', 4],
    ['is empty', () => [], 'truncated-object', 1],
    [
      'has another hash',
      (lines) => lines.with(11, (lines[11] ?? '').replace(/[0-9a-f]"}$/, 'x"}')),
      'altered-record',
      12,
    ],
  ])('that %s is named with its line', async (_, change, kind, line) => {
    expect(await broken(rewrite(keyOf(1), change))).toMatchObject({ kind, key: keyOf(1), line });
  });

  test('whose chain was recomputed differs from the one that the digest names', async () => {
    const forge = rewrite(keyOf(1), (lines) => {
      let between = '';
      // Wherever it stands: entries of one millisecond are in the order of their random ids.
      return lines.map((line) => {
        const text = line.replaceAll('"tenants/1-3"', '"tenants/1-4"');
        const open = text.slice(0, -66);
        const chain = hash('sha256', between + open);
        between = `${chain}"}\n`;
        return `${open}${chain}"}`;
      });
    });
    expect(await broken(forge)).toMatchObject({ kind: 'altered-object', key: keyOf(1) });
  });

  test('that took the place of another is distinguished from one that was changed', async () => {
    const swap = (files: Map<string, Buffer>) => {
      const [a, b] = [keyOf(1), keyOf(3)];
      const first = files.get(a) as Buffer;
      files.set(a, files.get(b) as Buffer).set(b, first);
    };
    expect(await broken(swap)).toMatchObject({ kind: 'swapped-object', key: keyOf(1) });
    const replace = (files: Map<string, Buffer>) =>
      void files.set(keyOf(2, theirs), files.get(keyOf(2)) as Buffer);
    expect(await broken(replace)).toMatchObject({ kind: 'swapped-object', key: keyOf(2, theirs) });
  });

  test('is named wherever it is cut off', async () => {
    const size = (written.get(keyOf(4)) as Buffer).length;
    for (const length of [
      0,
      1,
      9,
      10,
      11,
      100,
      Math.floor(size / 2),
      size - 9,
      size - 8,
      size - 4,
      size - 1,
    ]) {
      const cut = (files: Map<string, Buffer>) =>
        void files.set(keyOf(4), (files.get(keyOf(4)) as Buffer).subarray(0, length));
      expect(await broken(cut), `${length} bytes`).toMatchObject({ kind: 'truncated-object', key: keyOf(4) });
    }
  });

  test('is named wherever one of its bytes differs, and when bytes follow it', async () => {
    const key = keyOf(2, theirs);
    const { length } = written.get(key) as Buffer;
    for (let place = 0; place <= length; place += 1) {
      const flip = (files: Map<string, Buffer>) => {
        const bytes = files.get(key) as Buffer;
        if (place === length) files.set(key, Buffer.concat([bytes, Buffer.from('x')]));
        else bytes[place] = (bytes[place] ?? 0) ^ 0x10;
      };
      expect(await broken(flip), `byte ${place} of ${length}`).toMatchObject({ key });
    }
  });

  test('of another day or tenant is not looked at', async () => {
    const remove = (files: Map<string, Buffer>) => void files.delete(keyOf(2, theirs));
    expect(await broken(remove, { tenantId: ours.id })).toBeNull();
    expect(await broken(remove, { from: '2020-01-01', to: '2020-01-02' })).toBeNull();
  });
});

describe('a digest', () => {
  test('is named wherever a byte of it is another', async () => {
    for (const place of [0, 2, EXPORTS - 1]) {
      const { key } = digestAt(place);
      const { length } = written.get(key) as Buffer;
      for (let at = 0; at < length; at += 1) {
        const flip = (files: Map<string, Buffer>) => {
          const bytes = files.get(key) as Buffer;
          bytes[at] = (bytes[at] ?? 0) ^ 0x01;
        };
        // The digest is read without its objects, which are read for their own days.
        const found = await broken(flip, { from: '2020-01-01', to: TODAY, tenantId: 'nobody' });
        expect(found, `byte ${at} of digest ${place + 1}`).toMatchObject({ key });
        expect(['altered-digest', 'wrong-signature']).toContain(found?.kind);
      }
    }
  });

  test('that is missing is named by the one after it', async () => {
    const found = await broken((files) => void files.delete(digestAt(2).key));
    expect(found).toMatchObject({ kind: 'missing-digest', key: digestAt(3).key });
    expect(found?.detail).toContain('digest 3,');
    const first = await broken((files) => void files.delete(digestAt(0).key));
    expect(first).toMatchObject({ kind: 'missing-digest', key: digestAt(1).key });
  });

  test('at the end is missed when the newest is known', async () => {
    const newest = digestAt(EXPORTS - 1);
    const head = { sequence: EXPORTS, sha256: hash('sha256', written.get(newest.key) as Buffer) };
    expect(await broken(undefined, { head })).toBeNull();
    const remove = (files: Map<string, Buffer>) => void files.delete(newest.key);
    expect(await broken(remove, { head })).toMatchObject({
      kind: 'missing-digest',
      key: digestAt(EXPORTS - 2).key,
    });
    const removeAll = (files: Map<string, Buffer>) => {
      for (const { key } of digests) files.delete(key);
    };
    expect(await broken(removeAll, { head })).toMatchObject({ kind: 'missing-digest' });
    expect(await broken(undefined, { head: { ...head, sha256: '0'.repeat(64) } })).toMatchObject({
      ...{ kind: 'altered-digest', key: newest.key },
    });
  });

  test('that the lifecycle has expired is not missed', async () => {
    const expire = (files: Map<string, Buffer>) => void files.delete(digestAt(0).key);
    expect(await broken(expire, { expiredBefore: new Date('2199-01-01') })).toBeNull();
  });

  test('that is in the place of another is named', async () => {
    const swap = (files: Map<string, Buffer>) => {
      const [a, b] = [digestAt(1).key, digestAt(3).key];
      const first = files.get(a) as Buffer;
      files.set(a, files.get(b) as Buffer).set(b, first);
    };
    expect(await broken(swap)).toMatchObject({ kind: 'altered-digest', key: digestAt(1).key });
    const move = (files: Map<string, Buffer>) => {
      const { key } = digestAt(EXPORTS - 1);
      const hidden = key.replaceAll(TODAY, '1999-01-01');
      files.set(hidden, files.get(key) as Buffer).delete(key);
    };
    expect(await broken(move)).toMatchObject({ kind: 'altered-digest' });
  });

  test('and all after it, signed by another key, are recognised by their signature', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [kid = ''] = keys.keys();
    for (const signer of [kid, 'unknown']) {
      const forge = (files: Map<string, Buffer>) => {
        let previous: Digest['previous'] = digestAt(1).digest.previous;
        for (const { key, digest } of digests.slice(1)) {
          const bytes = signText(JSON.stringify({ ...digest, previous }), { kid: signer, privateKey });
          files.set(key, bytes);
          previous = { key, sha256: hash('sha256', bytes) };
        }
      };
      expect(await broken(forge)).toMatchObject({ kind: 'wrong-signature', key: digestAt(1).key });
    }
  });
});

describe('a digest that was overwritten', () => {
  const archives: Readonly<Record<string, () => AuditArchive>> = {
    'in the bucket': () => bucketArchive(aws.auditBucket),
    'in the data directory': () => fileArchive(aws.dataDir, aws.auditBucket),
  };
  const verifyStored = (archive: AuditArchive) => verifyArchive({ archive, keys, from: TODAY, to: TODAY });

  test('by one that is signed by our own key is named, wherever the archive is read', async () => {
    for (const archive of Object.values(archives))
      expect(await verifyStored(archive())).toMatchObject({ outcome: 'VALID', digests: EXPORTS });
    // The last digest: none after it vouches for what it was.
    const { key, digest } = digestAt(EXPORTS - 1);
    const forged = signText(
      JSON.stringify({ ...digest, entries: digest.entries - 1 }),
      await currentDigestKey(new Date()),
    );
    await aws.endpoint.objects.put(aws.auditBucket, key, forged);
    for (const [where, archive] of Object.entries(archives)) {
      const { outcome, broken } = await verifyStored(archive());
      expect(outcome, where).toBe('BROKEN');
      expect(broken, where).toMatchObject({ kind: 'altered-digest', key });
      expect(broken?.detail, where).toMatch(/overwritten .* version [0-9a-f]{32}$/);
      const stored: ArchivedObject[] = [];
      for await (const object of archive().list('audit/digests/')) stored.push(object);
      expect(stored.filter(({ isReplaced }) => isReplaced).map((object) => object.key)).toEqual([key]);
      const first = await readWhole(archive(), key, stored.at(-1)?.firstVersionId);
      expect(first?.equals(written.get(key) as Buffer), where).toBe(true);
    }
  });
});
