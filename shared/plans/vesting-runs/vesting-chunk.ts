import * as z from 'zod';
import { id, isoDate, tenantId } from '#kernel/fields.ts';

/** A message of the vesting queue: a range of one tenant's plans, and the day by whose end they vest. */
export const VestingChunk = z.strictObject({
  tenant_id: tenantId,
  as_of: isoDate,
  from: id,
  /** The first plan of the next chunk; null in the last. */
  before: id.nullable(),
});
export type VestingChunk = z.output<typeof VestingChunk>;
