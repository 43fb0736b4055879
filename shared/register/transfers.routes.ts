import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import {
  dateOut,
  decimalOut,
  id,
  idInPath,
  idOut,
  instantOut,
  isoDate,
  securityClass,
  text,
} from '#kernel/fields.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { route } from '#platform/http/route.ts';

export const Transfer = z.object({
  transfer_id: idOut,
  from_shareholder_id: idOut,
  /** The names of both holders, where transfers are read and the names were not erased. */
  from_holder_name: z.string().optional(),
  to_shareholder_id: idOut,
  to_holder_name: z.string().optional(),
  quantity: decimalOut,
  security_class: z.string(),
  effective_date: dateOut,
  /** The transfer that this one takes back. */
  reverses: idOut.nullable(),
  /** The transfer that has taken this one back. */
  reversed_by: idOut.nullable(),
  /** Why the shares were moved, or the transfer taken back, if that was said. */
  reason: z.string().nullable(),
  recorded_at: instantOut,
  created_by: idOut.nullable(),
});

/** Dividends and meetings that were frozen for their record date before: a change of positions doesn’t count for them. */
export const tooLateFor = z.array(
  z.object({ what: z.enum(['dividend', 'meeting']), id: idOut, record_date: dateOut }),
);

/** A transfer as the answer to the request that made it. */
export const NewTransfer = Transfer.extend({ too_late_for: tooLateFor });

const issuer = { tenants: ['ISSUER'] } as const;
const writers = { ...issuer, roles: ['ADMIN', 'OPS'] } as const;
const readers = { ...issuer, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;

export const TRANSFER_SORTS = {
  byItself: '-recorded_at',
  keys: { recorded_at: 'instant', effective_date: 'date' },
} as const satisfies Sorts;

export const listTransfers = route({
  operationId: 'listTransfers',
  method: 'GET',
  path: '/shareholders/transfers',
  summary: 'List the register of transfers',
  description:
    'The newest come first, in the order of recording, or as `sort` says; a reversal is a transfer of its own. `shareholder_id` is either side; `from` and `to` are the first and the last effective date.',
  ...readers,
  sorts: TRANSFER_SORTS,
  query: z
    .strictObject({
      ...countedPage,
      ...sortBy(TRANSFER_SORTS),
      shareholder_id: id.optional(),
      security_class: securityClass.optional(),
      from: isoDate.optional(),
      to: isoDate.optional(),
    })
    .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
      path: ['to'],
      message: 'must not be before from',
    }),
  status: 200,
  response: listOf(Transfer),
  discloses: true,
  problems: [],
  uses: [],
});

export const getTransfer = route({
  operationId: 'getTransfer',
  method: 'GET',
  path: '/shareholders/transfers/{id}',
  summary: 'Get a transfer',
  ...readers,
  params: idInPath,
  status: 200,
  response: Transfer,
  problems: ['not-found'],
  uses: [],
});

export const reverseTransfer = route({
  operationId: 'reverseTransfer',
  method: 'POST',
  path: '/shareholders/transfers/{id}/reverse',
  summary: 'Reverse a transfer',
  description:
    'Enters the same shares the other way, as of the effective date of the transfer, as if it had never been. A transfer is reversed once, and a reversal not at all: enter the transfer anew. Whoever received the shares must have had them on every day since; if they have passed them on, reverse those transfers first, the latest first, or enter a transfer that is dated later. Limits, classes and `too_late_for` are those of a transfer.',
  ...writers,
  params: idInPath,
  body: z.strictObject({ reason: text(200).optional() }),
  bodyOptional: true,
  example: { reason: 'Entered for the wrong holder.' },
  status: 201,
  location: '/shareholders/transfers/{transfer_id}',
  response: NewTransfer,
  waiting: ChangeRequest,
  idempotency: 'required',
  audit: 'transfer.reversed',
  problems: [
    'not-found',
    'transfer-reversed',
    'shareholder-closed',
    'insufficient-position',
    'change-pending',
    'dated-before-split',
    'split-under-way',
  ],
  uses: ['eventBus:put'],
});
