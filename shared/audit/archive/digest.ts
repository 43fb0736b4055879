import * as z from 'zod';
import { archivePrefix } from '#contracts/archive-keys.ts';
import { dayWrittenIn } from '#kernel/calendar.ts';

/**
 * A digest names what one export wrote, by SHA-256, and the digest before it, by that digest's own: the scheme of
 * CloudTrail's digest files. Anyone who trusts one digest can detect any change, removal or insertion before it.
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);

const NamedObject = z.strictObject({
  key: z.string(),
  /** The version in S3: a later version under the same key, or a delete marker over it, hides nothing. */
  version_id: z.string().nullable(),
  /** The hash of the stored, compressed bytes. */
  sha256,
  bytes: z.int(),
  tenant_id: z.string(),
  day,
  entries: z.int(),
});

export const Digest = z.strictObject({
  version: z.literal(1),
  sequence: z.int().positive(),
  exported_at: z.string(),
  /** The transactions whose entries it covers: from the first number up to, and without, the second. */
  from_xact: z.string(),
  to_xact: z.string(),
  entries: z.int(),
  objects: z.array(NamedObject),
  previous: z.strictObject({ key: z.string(), sha256 }).nullable(),
});

export type NamedObject = z.infer<typeof NamedObject>;
export type Digest = z.infer<typeof Digest>;

export const DIGEST_PREFIX = 'audit/digests/';
const SEQUENCE_DIGITS = 10;

const padded = (sequence: number | bigint): string => String(sequence).padStart(SEQUENCE_DIGITS, '0');

/** `audit/dt=2026-11-24/tenant=<id>/0000000042.jsonl.gz`: of the day on which the entries were written. */
export function objectKey(dayOfEntries: string, tenantId: string, sequence: number | bigint): string {
  return `${archivePrefix(dayOfEntries, tenantId)}${padded(sequence)}.jsonl.gz`;
}

/**
 * Returns `audit/digests/0000000042.2026-11-23.2026-11-24.jsonl`, with the first and last day of the entries it
 * names, so that a list of keys shows the digests of a range of days. A digest without entries has the day on which
 * it was made.
 */
export function digestKey({ sequence, exported_at, objects }: Digest): string {
  const days =
    objects.length === 0 ? [dayWrittenIn(exported_at)] : objects.map((object) => object.day).sort();
  return `${DIGEST_PREFIX}${padded(sequence)}.${days[0]}.${days.at(-1)}.jsonl`;
}

export interface DigestAddress {
  readonly key: string;
  readonly sequence: number;
  readonly firstDay: string;
  readonly lastDay: string;
}

/** Undefined for a key that no digest has. */
export function parseDigestKey(key: string): DigestAddress | undefined {
  const match = /^audit\/digests\/(\d{10})\.(\d{4}-\d\d-\d\d)\.(\d{4}-\d\d-\d\d)\.jsonl$/.exec(key);
  const [, sequence, firstDay, lastDay] = match ?? [];
  if (sequence === undefined || firstDay === undefined || lastDay === undefined) return undefined;
  return { key, sequence: Number(sequence), firstDay, lastDay };
}

/** The digest that signed bytes hold; undefined when they hold none. */
export function parseDigest(text: Buffer): Digest | undefined {
  try {
    return Digest.parse(JSON.parse(text.toString('utf8')));
  } catch {
    return undefined;
  }
}
