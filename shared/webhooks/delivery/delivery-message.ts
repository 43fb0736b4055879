import * as z from 'zod';
import { tenantId } from '#kernel/fields.ts';

/** Everything that a delivery needs, because the function that delivers can't look anything up. */
export const DeliveryMessage = z.strictObject({
  tenant_id: tenantId,
  webhook_id: z.uuid(),
  delivery_id: z.uuid(),
  attempt: z.int().positive(),
  type: z.string(),
  url: z.string(),
  /** Sealed, the newest first. */
  secrets: z.array(z.string()).min(1).max(2),
  /** The bytes that are signed and sent. */
  body: z.string(),
});
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;

/** The outcome of an attempt. */
export const OutcomeMessage = z.strictObject({
  tenant_id: tenantId,
  delivery_id: z.uuid(),
  attempt: z.int().positive(),
  attempted_at: z.iso.datetime(),
  duration_ms: z.int().nonnegative(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  /** The time that the other side asked for, where it did. */
  retry_after_seconds: z.int().nonnegative().nullable().default(null),
});
export type OutcomeMessage = z.infer<typeof OutcomeMessage>;

/** SQS takes ten messages a call, of together a quarter of a mebibyte where the newer limit isn't there yet. */
const BYTES_PER_CALL = 200_000;

/** Messages in groups that each fit a call. */
export function* inCalls(messages: readonly DeliveryMessage[]): Generator<DeliveryMessage[]> {
  let group: DeliveryMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(JSON.stringify(message));
    if (group.length > 0 && bytes + size > BYTES_PER_CALL) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(message);
    bytes += size;
  }
  if (group.length > 0) yield group;
}
