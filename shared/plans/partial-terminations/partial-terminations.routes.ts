import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { booleanInQuery, dateOut, decimalOut, id, isoDate, text } from '#kernel/fields.ts';
import { PLAN_TYPES } from '#plans/plan-types.ts';
import { route } from '#platform/http/route.ts';

/** The plans that one request vests in its time. */
export const MAX_PLANS = 5_000;
/** The plans that a request names. */
const MAX_NAMED = 1_000;

export const GroupVesting = z.object({
  plan_type: z.enum(PLAN_TYPES),
  date: dateOut,
  plans: z.number().int(),
  unchanged: z.number().int(),
  vests: z.array(z.object({ unit: z.string(), amount: decimalOut })),
});

export const proposePartialTermination = route({
  operationId: 'proposePartialTermination',
  method: 'POST',
  path: '/partial-terminations',
  summary: 'Propose, or preview, the full vesting of a group of plans',
  description: `Where so many leave that a plan ends in part (IRC 411(d)(3)), all of them are fully vested. The group is the plans of a type, and of a plan document if one is named, that ended from \`left_from\` to \`left_to\`; or the \`plans\` that are named, at most ${MAX_NAMED}. At most ${MAX_PLANS} plans are one change. Everything unvested of a plan vests on \`date\` (default today, not ahead), or on the day of its end if that is before it: shares, and the employer’s money, what was forfeited among it. It waits for a second person, as one change; with \`dry_run=true\` the answer says what would vest, and nothing is stored. Plans with nothing unvested stay as they are. The approval is refused if the forfeiture account holds less than comes back.`,
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS'],
  query: z.strictObject({ dry_run: booleanInQuery.optional() }),
  body: z
    .strictObject({
      plan_type: z.enum(PLAN_TYPES),
      plan_document_id: id.optional(),
      left_from: isoDate.optional(),
      left_to: isoDate.optional(),
      plans: z.array(id).min(1).max(MAX_NAMED).optional(),
      date: isoDate.optional(),
      reason: text(200).optional(),
    })
    .refine(
      ({ left_from, left_to, plans }) =>
        (left_from === undefined) === (left_to === undefined) &&
        (plans === undefined) !== (left_from === undefined),
      'must have either left_from and left_to, or plans',
    )
    .refine(
      ({ left_from, left_to }) => left_from === undefined || left_to === undefined || left_from <= left_to,
      {
        path: ['left_to'],
        message: 'must not be before left_from',
      },
    ),
  example: {
    plan_type: '401K',
    left_from: '2026-07-01',
    left_to: '2026-09-30',
    reason: 'Plant in Reno closed',
  },
  status: 200,
  response: GroupVesting,
  waiting: ChangeRequest,
  idempotency: 'required',
  audit: 'partial-termination.previewed',
  problems: ['conflict', 'change-pending'],
  uses: ['eventBus:put'],
});
