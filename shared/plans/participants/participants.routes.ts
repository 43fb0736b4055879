import * as z from 'zod';
import { dateOut, instantOut, isoDate, kycStatus, wholeNumber } from '#kernel/fields.ts';
import { amount, amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';
import { employeeInPath } from './employee-id.ts';

export const Participant = z.object({
  employee_id: z.string(),
  date_of_birth: dateOut.nullable(),
  hired_on: dateOut.nullable(),
  wages: z.array(z.object({ year: z.number().int(), amount: amountOut })),
  version: z.number().int(),
  created_at: instantOut,
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
  description:
    'The date of birth decides whether catch-up contributions are allowed. Null clears it. `wages`, in USD, are those from which FICA tax was withheld in a year: they decide whether the catch-up of the next year must be Roth. They replace all that are known; without them these stay. No grant is dated before `hired_on`; without it the one on record stays.',
  ...shared,
  roles: ['ADMIN', 'OPS'],
  body: z.strictObject({
    date_of_birth: isoDate.nullable(),
    hired_on: isoDate.nullable().optional(),
    wages: Wages.optional(),
  }),
  example: { date_of_birth: '1974-05-17' },
  status: 200,
  response: Participant,
  concurrency: 'if-match-honoured',
  audit: 'participant.set',
  problems: [],
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

export const ParticipantKyc = z.object({
  employee_id: z.string(),
  kyc_status: kycStatus,
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
  body: z.strictObject({ status: kycStatus }),
  example: { status: 'VERIFIED' },
  status: 200,
  response: ParticipantKyc,
  concurrency: 'if-match',
  audit: 'participant.kyc-set',
  problems: ['not-found', 'four-eyes', 'precondition-failed', 'precondition-required'],
  uses: [],
});
