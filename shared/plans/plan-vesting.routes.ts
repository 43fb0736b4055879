import * as z from 'zod';
import { dateOut, decimalOut, idInPath, idOut, isoDate } from '#kernel/fields.ts';
import { INSTALLMENT_KINDS } from '#plans/vesting/grant-changes.ts';
import { route } from '#platform/http/route.ts';
import { awaitingEvent } from './plan-shape.ts';

export const getPlanVesting = route({
  operationId: 'getPlanVesting',
  method: 'GET',
  path: '/plans/{id}/vesting',
  summary: 'Report what vests when, and why',
  description:
    'The answer is as of the end of a day, by default today. For a plan with grants it is in shares, summed over them. For any other plan it is in money: the events are those of the employer’s contributions up to then, and the employee’s own contributions vest at once.',
  ...{ tenants: ['SPONSOR'], roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'] },
  params: idInPath,
  query: z.strictObject({ as_of: isoDate.optional() }),
  status: 200,
  response: z.object({
    plan_id: idOut,
    as_of: dateOut,
    unit: z.string().meta({ description: '`shares`, or the currency.' }),
    vested: decimalOut,
    awaiting_event: awaitingEvent,
    unvested: decimalOut,
    forfeited: decimalOut,
    grants: z
      .array(
        z.object({
          id: idOut,
          vested: decimalOut,
          awaiting_event: awaitingEvent,
          unvested: decimalOut,
          forfeited: decimalOut,
        }),
      )
      .meta({ description: 'Each grant’s part, oldest first; none for a plan of money.' }),
    events: z.array(
      z.object({
        grant_id: idOut.optional().meta({ description: 'Told where a plan has several grants.' }),
        date: dateOut,
        kind: z.enum([...INSTALLMENT_KINDS, 'RESTORED']),
        quantity: decimalOut,
        cumulative: decimalOut,
        why: z.string(),
      }),
    ),
  }),
  problems: ['not-found'],
  uses: [],
});
