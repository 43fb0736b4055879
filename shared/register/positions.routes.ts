import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import {
  dateOut,
  decimalOut,
  id,
  idInPath,
  instantOut,
  isoDate,
  positiveQuantity,
  securityClass,
  text,
} from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { NewTransfer } from './transfers.routes.ts';

export const transferShares = route({
  operationId: 'transferShares',
  method: 'POST',
  path: '/shareholders/transfers',
  summary: 'Move shares between two holders',
  description:
    'Writes two ledger entries of one date whose sum is zero. `effective_date` may be in the past, but not after today, in the issuer’s time zone; the position that the shares leave may not become negative on that day or any later one. A transfer that takes effect by the record date of a dividend or meeting that is frozen already is entered, and `too_late_for` names up to 50 of them, the newest first. A quantity above the limit of `/settings/register` waits for a second person.',
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS'],
  body: z
    .strictObject({
      from_shareholder_id: id,
      to_shareholder_id: id,
      quantity: positiveQuantity,
      effective_date: isoDate,
      security_class: securityClass.optional(),
      reason: text(200).optional(),
    })
    .refine((body) => body.from_shareholder_id !== body.to_shareholder_id, {
      path: ['to_shareholder_id'],
      message: 'must be another holder than from_shareholder_id',
    }),
  example: {
    from_shareholder_id: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d',
    to_shareholder_id: '01936f2a-7c1e-7b3a-9d54-5b1d9e7f2a40',
    quantity: '10',
    effective_date: '2026-01-30',
    reason: 'Sale of January 28, by the broker’s instruction 4711.',
  },
  status: 201,
  location: '/shareholders/transfers/{transfer_id}',
  response: NewTransfer,
  waiting: ChangeRequest,
  idempotency: 'required',
  audit: 'shares.transferred',
  problems: [
    'not-found',
    'shareholder-closed',
    'insufficient-position',
    'dated-before-split',
    'split-under-way',
  ],
  uses: ['eventBus:put'],
});

export const PositionEntry = z.object({
  id: z.string(),
  security_class: z.string(),
  delta: decimalOut,
  effective_date: dateOut,
  recorded_at: instantOut,
  reason: z.string(),
  source: z.string(),
});

export const listPositions = route({
  operationId: 'listPositions',
  method: 'GET',
  path: '/shareholders/{id}/positions',
  summary: 'List the position entries of one holder',
  description: 'Entries are listed newest first. `as_of` selects those that are effective on that day.',
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  params: idInPath,
  query: z.strictObject({
    ...countedPage,
    as_of: isoDate.optional(),
    security_class: securityClass.optional(),
  }),
  status: 200,
  response: listOf(PositionEntry),
  problems: ['not-found'],
  uses: [],
});
