import * as z from 'zod';
import { idOut, instantOut } from '#kernel/fields.ts';
import { CHANGE_KINDS } from './controlled-changes.ts';

export const CHANGE_STATES = ['PENDING', 'APPROVED', 'DENIED', 'EXPIRED', 'WITHDRAWN'] as const;

const shown = z.looseObject({}).meta({ openapi: { type: 'object', additionalProperties: true } });

/** A change that waits, or waited, for a second person: the answer of every controlled route, none of which needs the routes of approvals. */
export const ChangeRequest = z.object({
  id: idOut,
  kind: z.enum(CHANGE_KINDS),
  state: z.enum(CHANGE_STATES),
  requested_by: idOut,
  requested_at: instantOut,
  decided_by: idOut.nullable(),
  decided_at: instantOut.nullable(),
  /** Nobody may approve it from then on; null: it waits until somebody decides. */
  expires_at: instantOut.nullable(),
  subject: z.object({ type: z.string(), id: z.string() }),
  /** The change replaces this; null where nothing was there before. */
  before: shown.nullable(),
  after: shown,
  /** Why it was denied or withdrawn, if that was said. */
  reason: z.string().nullable(),
  version: z.number().int(),
});
