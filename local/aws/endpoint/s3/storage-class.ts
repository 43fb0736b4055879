import { AwsError } from '../aws-error.ts';
import type { ObjectMetadata } from './object-metadata.ts';

/** A lifecycle rule that moves the objects of a prefix to another storage class. */
export interface TransitionRule {
  readonly prefix: string;
  /** Absent: S3 leaves objects under 128 KB where they are. */
  readonly largerThanBytes?: number;
  readonly afterDays: number;
  readonly storageClass: string;
}

/** The classes in the order in which objects move. */
const CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ONEZONE_IA',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
];
export const TRANSITION_CLASSES = CLASSES.slice(1);
const NEEDING_RESTORE = ['GLACIER', 'DEEP_ARCHIVE'];
const SMALL_BYTES = 128 * 1024;
const DAY_MS = 86_400_000;

/** Returns the storage class that an object has at an instant: the coldest to which a rule has moved it. */
export function storageClassOf(
  { key, size, lastModified, storedAt = lastModified }: ObjectMetadata,
  rules: readonly TransitionRule[],
  now: Date,
): string {
  const reached = rules.filter(
    ({ prefix, largerThanBytes = SMALL_BYTES - 1, afterDays }) =>
      key.startsWith(prefix) && size > largerThanBytes && now.getTime() >= dueMs(storedAt, afterDays),
  );
  const coldest = Math.max(0, ...reached.map(({ storageClass }) => CLASSES.indexOf(storageClass)));
  return CLASSES[coldest] ?? 'STANDARD';
}

/** S3 rounds the end of the days up to the next midnight of UTC. */
function dueMs(storedAt: string, afterDays: number): number {
  return Math.ceil((Date.parse(storedAt) + afterDays * DAY_MS) / DAY_MS) * DAY_MS;
}

/** Throws `InvalidObjectState` for a class whose objects can be read only after a restore, which is not implemented. */
export function assertReadable(storageClass: string): void {
  if (!NEEDING_RESTORE.includes(storageClass)) return;
  throw new AwsError('InvalidObjectState', 403, "The operation is not valid for the object's storage class", {
    StorageClass: storageClass,
  });
}
