import { hash } from 'node:crypto';
import { type ArchivedObject, type AuditArchive, readWhole } from '#audit/archive/audit-archive.ts';
import type { PublicKeys } from '#audit/archive/audit-keys.ts';
import {
  DIGEST_PREFIX,
  type Digest,
  type DigestAddress,
  digestKey,
  type NamedObject,
  parseDigest,
  parseDigestKey,
} from '#audit/archive/digest.ts';
import { isSignedBy, readSignedText } from '#audit/archive/signed-text.ts';
import type { BrokenLink, Verification } from './verification.ts';
import { verifyObject } from './verify-object.ts';

export interface VerifyOptions {
  readonly archive: AuditArchive;
  readonly keys: PublicKeys;
  /** Days of the entries, both inclusive. */
  readonly from: string;
  readonly to: string;
  /** The tenant whose objects are verified. Digests are verified in any case. @default every tenant */
  readonly tenantId?: string | undefined;
  /** The newest digest, from another source than the archive: the archive itself can't show that its end was cut off. */
  readonly head?: { readonly sequence: number; readonly sha256: string } | undefined;
  /** Digests from before this instant may be gone: the bucket expires them. */
  readonly expiredBefore?: Date | undefined;
}

/** A digest where it lies. */
interface StoredDigest extends DigestAddress {
  readonly stored: ArchivedObject;
}

interface ReadDigest {
  readonly address: DigestAddress;
  readonly sha256: string;
  readonly digest: Digest;
}

/** Objects and digests that are read at once. */
const AT_ONCE = 16;

/**
 * Verifies the chain of digests over a range of days, the digests beside it, and the objects of the range. Names the first
 * link that is broken.
 */
export async function verifyArchive(options: VerifyOptions): Promise<Verification> {
  const { from, to } = options;
  const found = { digests: 0, objects: 0, entries: 0 };
  const broken = (await new Walk(options, found).run()) ?? null;
  const outcome = broken !== null ? 'BROKEN' : found.objects === 0 ? 'EMPTY' : 'VALID';
  return { from, to, outcome, valid: outcome === 'VALID', ...found, broken };
}

class Walk {
  readonly #options: VerifyOptions;
  readonly #found: { digests: number; objects: number; entries: number };
  #chain: StoredDigest[] = [];
  /** Keys by the SHA-256 that digests name. */
  readonly #named = new Map<string, string>();

  constructor(options: VerifyOptions, found: { digests: number; objects: number; entries: number }) {
    this.#options = options;
    this.#found = found;
  }

  async run(): Promise<BrokenLink | undefined> {
    for await (const stored of this.#options.archive.list(DIGEST_PREFIX)) {
      const address = parseDigestKey(stored.key);
      if (address !== undefined) this.#chain.push({ ...address, stored });
    }
    const { first, last } = this.#range();
    let previous: ReadDigest | undefined;
    for (let start = first; start <= last; start += AT_ONCE) {
      const end = Math.min(start + AT_ONCE, last + 1);
      const some = this.#chain.slice(start, end);
      const read = await Promise.all(some.map((_, index) => this.#read(start + index)));
      for (const link of read) if ('digest' in link) this.#remember(link.digest);
      for (const link of read) {
        if ('kind' in link) return link;
        const broken = this.#brokenBefore(link, previous) ?? (await this.#brokenObject(link.digest));
        if (broken !== undefined) return broken;
        this.#found.digests += 1;
        previous = link;
      }
    }
    return last === this.#chain.length - 1 ? this.#brokenEnd(previous) : this.#cutOff();
  }

  /** The digests of the range and one on each side, which vouch for its ends; without any, the newest. */
  #range(): { first: number; last: number } {
    const { from, to } = this.#options;
    const isWithin = ({ firstDay, lastDay }: DigestAddress) => firstDay <= to && lastDay >= from;
    const newest = this.#chain.length - 1;
    const first = this.#chain.findIndex(isWithin);
    if (first < 0) return { first: Math.max(newest, 0), last: newest };
    return { first: Math.max(first - 1, 0), last: Math.min(this.#chain.findLastIndex(isWithin) + 1, newest) };
  }

  async #read(place: number): Promise<ReadDigest | BrokenLink> {
    const { archive, keys } = this.#options;
    const address = this.#chain[place] as StoredDigest;
    const { key, stored } = address;
    if (stored.isReplaced)
      return {
        ...{ kind: 'altered-digest', key },
        detail: `it was overwritten or deleted; what the exporter wrote is its version ${stored.firstVersionId}`,
      };
    const bytes = await readWhole(archive, key, stored.firstVersionId);
    if (bytes === undefined) return { kind: 'missing-digest', key, detail: 'it is listed, and not there' };
    const sha256 = hash('sha256', bytes);
    const signed = readSignedText(bytes);
    const digest = signed && parseDigest(signed.text);
    if (signed === undefined || digest === undefined)
      return { kind: 'altered-digest', key, detail: 'it is not a digest' };
    const publicKey = keys.get(signed.kid);
    if (publicKey === undefined || !isSignedBy(signed, publicKey)) {
      const signedAs = await this.#nameOf(place);
      if (signedAs !== undefined && signedAs !== sha256)
        return { kind: 'altered-digest', key, detail: 'it is not what was signed' };
      return { kind: 'wrong-signature', key, detail: 'its signature is by none of our keys' };
    }
    if (digestKey(digest) !== key)
      return { kind: 'altered-digest', key, detail: `it belongs at ${digestKey(digest)}` };
    return { address, sha256, digest };
  }

  /** The SHA-256 of a digest as the next one, or the database, has it; not yet verified itself. */
  async #nameOf(place: number): Promise<string | undefined> {
    const next = this.#chain[place + 1];
    const { head, archive } = this.#options;
    if (next === undefined) return head?.sequence === this.#chain[place]?.sequence ? head?.sha256 : undefined;
    const bytes = await readWhole(archive, next.key, next.stored.firstVersionId);
    return bytes && parseDigest(readSignedText(bytes)?.text ?? bytes)?.previous?.sha256;
  }

  #remember({ objects }: Digest): void {
    for (const { sha256, key } of objects) this.#named.set(sha256, key);
  }

  /** Returns the break between a digest and the one before it, if there is one. */
  #brokenBefore({ address, digest }: ReadDigest, before: ReadDigest | undefined): BrokenLink | undefined {
    const { key, sequence } = address;
    if (before === undefined) return this.#brokenStart(digest, key);
    const expected = before.address.sequence + 1;
    if (sequence > expected)
      return { kind: 'missing-digest', key, detail: `digest ${expected}, before this one, is missing` };
    if (sequence < expected)
      return { kind: 'altered-digest', key, detail: `there are two digests ${sequence}` };
    if (digest.previous?.sha256 === before.sha256 && digest.previous.key === before.address.key)
      return undefined;
    const detail = `it is not the one that digest ${sequence} names as the one before it`;
    return { kind: 'altered-digest', key: before.address.key, detail };
  }

  #brokenStart({ sequence, exported_at }: Digest, key: string): BrokenLink | undefined {
    const { expiredBefore } = this.#options;
    const isFirst = this.#chain[0]?.sequence === sequence;
    const mayBeExpired = expiredBefore !== undefined && new Date(exported_at) <= expiredBefore;
    if (!isFirst || sequence === 1 || mayBeExpired) return undefined;
    return { kind: 'missing-digest', key, detail: `digest ${sequence - 1}, before this one, is missing` };
  }

  async #brokenObject({ objects }: Digest): Promise<BrokenLink | undefined> {
    const { from, to, tenantId, archive } = this.#options;
    const wanted = objects.filter(
      ({ day, tenant_id }) => day >= from && day <= to && (tenantId === undefined || tenant_id === tenantId),
    );
    const verify = (named: NamedObject) =>
      verifyObject(
        named,
        () => archive.read(named.key, named.version_id),
        (sha256) => this.#named.get(sha256),
      );
    for (let start = 0; start < wanted.length; start += AT_ONCE) {
      const some = wanted.slice(start, start + AT_ONCE);
      const verdicts = await Promise.all(some.map(verify));
      for (const [index, broken] of verdicts.entries()) {
        if (broken !== undefined) return broken;
        this.#found.objects += 1;
        this.#found.entries += some[index]?.entries ?? 0;
      }
    }
    return undefined;
  }

  #brokenEnd(last: ReadDigest | undefined): BrokenLink | undefined {
    const { head } = this.#options;
    if (last === undefined || head === undefined || head.sequence !== last.address.sequence)
      return this.#cutOff();
    if (head.sha256 === last.sha256) return undefined;
    const detail = 'it is not the one that the database knows as the newest';
    return { kind: 'altered-digest', key: last.address.key, detail };
  }

  /** Returns the break if the database has digests that the archive lacks. */
  #cutOff(): BrokenLink | undefined {
    const newest = this.#chain.at(-1);
    const missing = (newest?.sequence ?? 0) + 1;
    const { head } = this.#options;
    if (head === undefined || head.sequence < missing) return undefined;
    const detail = `the chain ends too early: digest ${missing} is missing`;
    return { kind: 'missing-digest', key: newest?.key ?? DIGEST_PREFIX, detail };
  }
}
