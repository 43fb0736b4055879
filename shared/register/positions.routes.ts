import * as z from 'zod';
import {
  dateOut,
  decimalOut,
  idInPath,
  instantOut,
  isoDate,
  listOf,
  page,
  securityClass,
} from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

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
  query: z.strictObject({ ...page, as_of: isoDate.optional(), security_class: securityClass.optional() }),
  status: 200,
  response: listOf(PositionEntry),
  problems: ['not-found'],
  uses: [],
});
