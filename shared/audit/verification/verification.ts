import * as z from 'zod';

/** The kinds of broken links, in the words of the runbook. */
const BROKEN_LINKS = [
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
  /** The key of the object or digest. */
  key: z.string(),
  /** The line in the uncompressed object, counted from 1. */
  line: z.number().int().optional(),
  detail: z.string(),
});

export type BrokenLink = z.infer<typeof BrokenLink>;

/** `EMPTY`: no link is broken, and nothing that was asked about is there. A day without entries looks so, and a tenant that nobody knows. */
const OUTCOMES = ['VALID', 'BROKEN', 'EMPTY'] as const;

/** The result of verifying a range of days. Nothing after the first broken link is looked at. */
export const Verification = z.object({
  from: z.string(),
  to: z.string(),
  outcome: z.enum(OUTCOMES),
  /** Whether the outcome is `VALID`. */
  valid: z.boolean(),
  digests: z.number().int(),
  objects: z.number().int(),
  entries: z.number().int(),
  broken: BrokenLink.nullable(),
});

export type Verification = z.infer<typeof Verification>;
