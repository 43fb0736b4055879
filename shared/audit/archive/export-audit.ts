import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { DAY_MS, dayWrittenIn } from '#kernel/calendar.ts';
import { CALLS_AT_ONCE } from '#platform/at-once.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { retentionEnvironment } from '#retention/retention-environment.ts';
import { daysOf, retentionPolicy } from '#retention/retention-policy.ts';
import { readWhole } from './audit-archive.ts';
import { bucketArchive, putLocked } from './audit-bucket.ts';
import { currentDigestKey } from './audit-keys.ts';
import { chainedLines, type ExportedEntry } from './audit-line.ts';
import { type Digest, digestKey, type NamedObject, objectKey, parseDigest } from './digest.ts';
import {
  type ExportPlan,
  findWritten,
  listExported,
  planExport,
  setWritten,
  type WrittenDigest,
} from './export.repository.ts';
import { readSignedText, signText } from './signed-text.ts';

/** An export takes seconds; a new one is begun only while there is time for it. */
const MARGIN_MS = 20_000;

/**
 * Exports every entry that is settled, one digest after another, until nothing is left or time runs out. Killed anywhere, the
 * next run ends the export that was begun: its entries are settled, its objects are written again with the same bytes, and
 * its digest can be written only once.
 */
export async function exportAudit(
  at: Date,
  remainingMs: () => number,
): Promise<{ digests: number; entries: number }> {
  const exported = { digests: 0, entries: 0 };
  let plan = await planExport(at);
  while (plan !== undefined) {
    exported.entries += await carryOut(plan);
    exported.digests += 1;
    plan = plan.hasMore && remainingMs() > MARGIN_MS ? await planExport(at) : undefined;
  }
  return exported;
}

async function carryOut(plan: ExportPlan): Promise<number> {
  const years = retentionPolicy(retentionEnvironment.retentionYears()).auditYears;
  const retainUntil = new Date(plan.exported_at.getTime() + daysOf(years) * DAY_MS);
  const entries = await listExported(plan);
  const objects = await putObjects(plan, entries, retainUntil);
  await crashPoint('before-audit-digest');
  const digest = await putDigest(plan, objects, entries.length, retainUntil);
  await crashPoint('after-audit-digest');
  await setWritten(plan.sequence, entries.length, digest);
  return entries.length;
}

/** One object for each day and tenant, in the order in which the digest names them. */
async function putObjects(
  { sequence }: ExportPlan,
  entries: readonly ExportedEntry[],
  retainUntil: Date,
): Promise<NamedObject[]> {
  const groups = Map.groupBy(entries, ({ ts, tenant_id }) =>
    objectKey(dayWrittenIn(ts), tenant_id, sequence),
  );
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  const objects: NamedObject[] = [];
  for (let start = 0; start < sorted.length; start += CALLS_AT_ONCE) {
    const some = sorted.slice(start, start + CALLS_AT_ONCE);
    objects.push(...(await Promise.all(some.map(([key, group]) => putObject(key, group, retainUntil)))));
  }
  return objects;
}

async function putObject(
  key: string,
  group: readonly ExportedEntry[],
  retainUntil: Date,
): Promise<NamedObject> {
  const body = await promisify(gzip)(chainedLines(group));
  const sha256 = hash('sha256', body);
  const put = await putLocked({ key, body, sha256, contentType: 'application/gzip', retainUntil });
  return {
    key,
    version_id: put?.versionId ?? null,
    sha256,
    bytes: body.length,
    tenant_id: group[0]?.tenant_id ?? '',
    day: group[0] === undefined ? '' : dayWrittenIn(group[0].ts),
    entries: group.length,
  };
}

async function putDigest(
  plan: ExportPlan,
  objects: NamedObject[],
  entries: number,
  retainUntil: Date,
): Promise<WrittenDigest> {
  const previous = plan.sequence === 1n ? undefined : await findWritten(plan.sequence - 1n);
  if (plan.sequence > 1n && previous === undefined)
    throw new Error(`digest ${plan.sequence} has no predecessor`);
  const digest: Digest = {
    version: 1,
    sequence: Number(plan.sequence),
    exported_at: plan.exported_at.toISOString(),
    from_xact: plan.from_xact,
    to_xact: plan.to_xact,
    entries,
    objects,
    previous: previous ?? null,
  };
  const key = digestKey(digest);
  const body = signText(JSON.stringify(digest), await currentDigestKey(plan.exported_at));
  const sha256 = hash('sha256', body);
  const contentType = 'application/x-ndjson';
  const put = await putLocked({ key, body, sha256, contentType, retainUntil, onlyIfAbsent: true });
  return put === undefined ? findEarlier(plan, key) : { key, sha256 };
}

/**
 * Returns the digest of the same plan that an exporter wrote before it was killed. Its signature would differ from a
 * new one.
 */
async function findEarlier(plan: ExportPlan, key: string): Promise<WrittenDigest> {
  const bytes = await readWhole(bucketArchive(), key);
  const digest = bytes && parseDigest(readSignedText(bytes)?.text ?? Buffer.alloc(0));
  if (bytes === undefined || digest?.from_xact !== plan.from_xact || digest.to_xact !== plan.to_xact)
    throw new Error(`${key} is a digest of other entries: see the runbook of restores`);
  return { key, sha256: hash('sha256', bytes) };
}
