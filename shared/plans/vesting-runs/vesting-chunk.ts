import * as z from 'zod';
import { id, isoDate } from '#kernel/fields.ts';
import type { TenantId } from '#kernel/ids.ts';

/** A message of the vesting queue: a range of one tenant's plans, and the day by whose end they vest. */
export const VestingChunk = z.strictObject({
  tenant_id: id.transform((value) => value as TenantId),
  as_of: isoDate,
  from: id,
  /** The first plan of the next chunk; null in the last. */
  before: id.nullable(),
});
export type VestingChunk = z.output<typeof VestingChunk>;
