import { randomBytes } from 'node:crypto';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type TenantId = Branded<'TenantId'>;
export type UserId = Branded<'UserId'>;
export type ShareholderId = Branded<'ShareholderId'>;
export type UploadId = Branded<'UploadId'>;

const UUID =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$|^0{8}-0{4}-0{4}-0{4}-0{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A UUID version 7 (RFC 9562): time-ordered, so that indexes grow at one end. */
export function uuidV7<Id extends string = string>(nowMs: number = Date.now()): Id {
  return uuidV7Of(nowMs, randomBytes(16)) as Id;
}

const MINUTE_MS = 60_000;

/** Returns the same UUID version 7 for the same digest throughout a minute. */
export function uuidV7OfMinute(digest: Buffer, nowMs: number = Date.now()): string {
  return uuidV7Of(nowMs - (nowMs % MINUTE_MS), Buffer.from(digest.subarray(0, 16)));
}

/** Returns the lowest UUID version 7 of an instant: lists begin at it instead of looking through all rows. */
export function lowestUuidV7(atMs: number): string {
  const hex = Math.max(0, atMs).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}

/** Returns the same UUID version 8 for the same digest, whenever. */
export function uuidV8(digest: Buffer): string {
  return uuidOf(Buffer.from(digest.subarray(0, 16)), 8);
}

function uuidV7Of(atMs: number, bytes: Buffer): string {
  bytes.writeUIntBE(atMs, 0, 6);
  return uuidOf(bytes, 7);
}

/** Writes over what isn't free in the bytes of a UUID. */
function uuidOf(bytes: Buffer, version: number): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * UUIDs version 7 that count up from a random place (RFC 9562, 6.2, method 2): all different, in the order of insertion, and
 * far cheaper than as many random ones. The last twelve digits count, and have room for it.
 * The id at place p, from 1, is `prefix` and the hexadecimal digits of `first + p`.
 */
export function consecutiveIds(): { prefix: string; first: string } {
  const base = uuidV7();
  const low = Number.parseInt(base.slice(-12), 16) % 2 ** 46;
  return { prefix: base.slice(0, -12), first: String(2 ** 46 + low) };
}
