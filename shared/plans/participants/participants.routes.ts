import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import {
  booleanInQuery,
  dateOut,
  email,
  idOut,
  instantOut,
  isoDate,
  kycStatus,
  text,
  wholeNumber,
} from '#kernel/fields.ts';
import { KycCheck, kycOut } from '#kernel/kyc-check.ts';
import { amount, amountOut } from '#kernel/money.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { PLAN_TYPES } from '#plans/plan-types.ts';
import { route } from '#platform/http/route.ts';
import { employeeInPath } from './employee-id.ts';

export const Participant = z.object({
  employee_id: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  date_of_birth: dateOut.nullable(),
  hired_on: dateOut.nullable(),
  terminated_on: dateOut.nullable().meta({
    description: 'The last day of service. Their plans end by themselves: see `/plans/{id}/terminate`.',
  }),
  rehired_on: dateOut.nullable().meta({ description: 'The day on which service went on after it.' }),
  compensation: amountOut.nullable().meta({ description: 'The pay of a year, in US dollars.' }),
  wages: z.array(z.object({ year: z.number().int(), amount: amountOut })),
  kyc_status: kycStatus,
  ...kycOut,
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

const MAX_YEARS = 60;
const Wages = z
  .array(z.strictObject({ year: wholeNumber(1900, 2199), amount }), 'must be a list of years and amounts')
  .max(MAX_YEARS, `must have at most ${MAX_YEARS} years`)
  .refine(
    (wages) => new Set(wages.map(({ year }) => year)).size === wages.length,
    'must name each year once',
  );
export type Wages = z.output<typeof Wages>;

const shared = { tenants: ['SPONSOR'], path: '/participants/{employee}', params: employeeInPath } as const;

export const setParticipant = route({
  operationId: 'setParticipant',
  method: 'PUT',
  summary: 'Set a plan participant’s details',
  description: [
    'What is left out stays as it is, and null clears it. The date of birth, which is always given, decides whether catch-up contributions are allowed. `wages`, in USD, are those from which FICA tax was withheld in a year: they decide whether the catch-up of the next year must be Roth, and replace all that are known. `compensation` is the pay of a year, in USD.',
    'Service counts from `hired_on`: the employer’s money in their active plans vests from that day on, also after a correction of it, and no grant is dated before. `terminated_on` and `rehired_on` say when service ended and went on; the time between does not count for plans in which they are enrolled afterwards, if it was a year or more.',
    'A verified participant with another name or date of birth is PENDING again.',
  ].join('\n'),
  ...shared,
  roles: ['ADMIN', 'OPS'],
  body: z.strictObject({
    date_of_birth: isoDate.nullable(),
    name: text(200).nullable().optional(),
    email: email.nullable().optional(),
    hired_on: isoDate.nullable().optional(),
    terminated_on: isoDate.nullable().optional(),
    rehired_on: isoDate.nullable().optional(),
    compensation: amount.nullable().optional(),
    wages: Wages.optional(),
  }),
  example: { date_of_birth: '1974-05-17' },
  status: 200,
  response: Participant,
  concurrency: 'if-match-honoured',
  audit: 'participant.set',
  problems: ['vested-balance-exceeded'],
  uses: [],
});

export const getParticipant = route({
  operationId: 'getParticipant',
  method: 'GET',
  summary: 'Get a plan participant',
  ...shared,
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  status: 200,
  response: Participant,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const PARTICIPANT_SORTS = {
  byItself: 'employee_id',
  keys: { employee_id: 'age', name: 'text?', hired_on: 'date?' },
} as const satisfies Sorts;

export const listParticipants = route({
  operationId: 'listParticipants',
  method: 'GET',
  path: '/participants',
  summary: 'List plan participants',
  description: [
    '`q` finds the participants in whose name each of its words occurs, whatever the case and the accents (`muller` finds Müller), and those whose number it is, in capitals or not; with an `@`, those in whose mail address it occurs. `status` is whether they are in service today, in the sponsor’s time zone; `enrolled` whether they have an active plan, of `plan_type` if that is given.',
    'They are listed by `employee_id`, or as `sort` says; `-` turns it around. Those without a name, or a hire date, come last in a list by it. A participant who is renamed between two pages of a list by name changes place; every other is listed once.',
  ].join('\n\n'),
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  sorts: PARTICIPANT_SORTS,
  query: z.strictObject({
    ...countedPage,
    // That of a list by name has the name.
    cursor: z.string().max(4_000).optional(),
    q: text(200).optional(),
    status: z.enum(['ACTIVE', 'TERMINATED'], 'must be ACTIVE or TERMINATED').optional(),
    kyc_status: kycStatus.optional(),
    enrolled: booleanInQuery.optional(),
    plan_type: z.enum(PLAN_TYPES, `must be one of ${PLAN_TYPES.join(', ')}`).optional(),
    ...sortBy(PARTICIPANT_SORTS),
  }),
  status: 200,
  response: listOf(Participant),
  discloses: true,
  problems: [],
  uses: [],
});

export const ParticipantKyc = z.object({
  employee_id: z.string(),
  kyc_status: kycStatus,
  ...kycOut,
  version: z.number().int(),
});

export const setParticipantKyc = route({
  operationId: 'setParticipantKyc',
  peopleOnly: true,
  method: 'PATCH',
  path: '/participants/{employee}/kyc',
  summary: 'Set whether a plan participant is verified',
  description:
    'Nobody verifies a participant whom they have entered, or for whom they have proposed an account; nor does somebody whom that person has made or reset.',
  tenants: ['SPONSOR'],
  roles: ['COMPLIANCE'],
  params: employeeInPath,
  body: KycCheck,
  example: { status: 'VERIFIED', reason: 'Passport seen', effective_date: '2026-11-27' },
  status: 200,
  response: ParticipantKyc,
  concurrency: 'if-match',
  audit: 'participant.kyc-set',
  problems: ['not-found', 'four-eyes', 'precondition-failed', 'precondition-required'],
  uses: [],
});
