import * as z from 'zod';
import { dateOut, instant, instantOut, isoDate } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

export const Clock = z.object({
  now: instantOut,
  today: dateOut,
  time_zone: z.string(),
  ahead_seconds: z.number().int(),
});

const tenants = ['ISSUER', 'SPONSOR'] as const;
const IN_A_SANDBOX =
  'Only a sandbox has it: an environment with the mock bank, in which no money moves. Other environments answer 404.';

export const getClock = route({
  operationId: 'getClock',
  method: 'GET',
  path: '/settings/clock',
  summary: 'Get the clock of a tenant in a sandbox',
  description: IN_A_SANDBOX,
  tenants,
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  status: 200,
  response: Clock,
  problems: [],
  uses: [],
});

export const moveClock = route({
  operationId: 'moveClock',
  method: 'POST',
  path: '/settings/clock',
  summary: 'Move the clock of a tenant in a sandbox ahead',
  description: `${IN_A_SANDBOX} \`to\` is a day, which begins in the tenant’s time zone, or an instant. The clock runs on from there and never goes back; it can be ten years ahead. Days, terms and due dates of this tenant alone are reckoned by it: record dates close, dividends are paid, grants vest, accounts have cooled off and proposals expire as if the time had passed, within minutes. Signatures, sessions, the audit trail, retention and the instants at which something was recorded keep to the real time. A bank answers in its own time.`,
  tenants,
  roles: ['ADMIN', 'OPS'],
  body: z.strictObject({
    to: z.union([isoDate, instant], 'must be a day, 2027-01-15, or an instant, 2027-01-15T09:00:00Z'),
  }),
  example: { to: '2027-01-15' },
  status: 200,
  response: Clock,
  audit: 'clock.moved',
  problems: [],
  uses: ['queue:clock-moves:send'],
});
