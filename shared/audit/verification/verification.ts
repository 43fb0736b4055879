import * as z from 'zod';

/** What can be wrong with a link of the chain, in words of the runbook. */
export const BROKEN_LINKS = [
  'missing-object',
  'altered-record',
  'truncated-object',
  'swapped-object',
  'altered-object',
  'missing-digest',
  'altered-digest',
  'wrong-signature',
] as const;

export const BrokenLink = z.object({
  kind: z.enum(BROKEN_LINKS),
  /** Of the object or digest. */
  key: z.string(),
  /** Of an object, uncompressed, from 1. */
  line: z.number().int().optional(),
  detail: z.string(),
});

export type BrokenLink = z.infer<typeof BrokenLink>;

/** What verifying a range of days has found. The first broken link stands for all after it. */
export const Verification = z.object({
  from: z.string(),
  to: z.string(),
  valid: z.boolean(),
  digests: z.number().int(),
  objects: z.number().int(),
  entries: z.number().int(),
  broken: BrokenLink.nullable(),
});

export type Verification = z.infer<typeof Verification>;
