import * as z from 'zod';
import { CALL_HEADERS, CALL_LIMITS, CALL_METHODS } from './public-call.ts';

const url = z.string().max(CALL_LIMITS.url);

/** The schema of what `fetch-public` takes. That function alone loads it: its callers build their calls themselves. */
export const PublicCallSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('request'),
    url,
    method: z.enum(CALL_METHODS),
    headers: z.partialRecord(z.enum(CALL_HEADERS), z.string().max(CALL_LIMITS.header)),
    body: z.string().max(CALL_LIMITS.body).nullable(),
  }),
  z.object({ kind: z.literal('resolution'), url }),
]);
