import * as z from 'zod';
import { id, isoDate, tenantId } from '#kernel/fields.ts';

/** The message on the queue `dividend-runs`, which starts or continues one dividend. */
export const RunMessage = z.strictObject({
  tenant_id: tenantId,
  dividend_id: id,
  /** A snapshot is taken when the record date is not after this day. */
  closed_on: isoDate,
  /** The instant as of which messages of chunks are counted as lost. */
  at: z.iso.datetime().optional(),
});
export type RunMessage = z.infer<typeof RunMessage>;

/** The message on the queue `dividends`, which names one chunk. The database has what is to be done with it. */
export const ChunkMessage = z.strictObject({
  tenant_id: tenantId,
  dividend_id: id,
  first_shareholder_id: id,
  last_shareholder_id: id,
});
export type ChunkMessage = z.infer<typeof ChunkMessage>;

export const RUNS_QUEUE = 'dividend-runs';
export const CHUNKS_QUEUE = 'dividends';
