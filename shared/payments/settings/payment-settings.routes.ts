import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { instantOut, text, wholeNumber } from '#kernel/fields.ts';
import { amountBound, amountOut, currency } from '#kernel/money.ts';
import { isRoutingNumber } from '#payments/nacha/routing-number.ts';
import { route } from '#platform/http/route.ts';
import { CHANNELS } from './channel.ts';

const MAX_COOLING_OFF_HOURS = 168;

const routing = z.string('must be a string').refine(isRoutingNumber, 'must be an ABA routing number');
const companyId = z
  .string('must be a string')
  .regex(/^[A-Z0-9]{10}$/, 'must have ten characters of A-Z and 0-9');

/** The sender and recipient of payment files, as agreed with the originating bank. */
export const AchOriginator = z.strictObject({
  company_name: text(100),
  company_id: companyId,
  odfi_routing_number: routing,
  immediate_destination: routing,
  immediate_destination_name: text(100),
  immediate_origin: z
    .string('must be a string')
    .regex(/^[A-Z0-9 ][A-Z0-9]{9}$/, 'must have ten characters of A-Z and 0-9, the first may be a space'),
  /** Same-day settlement where the amount and the hour allow it. */
  same_day: z.boolean('must be true or false').default(false),
});

export const PaymentSettings = z.object({
  channel: z.enum(CHANNELS),
  approve_above: z.array(z.object({ currency: z.string(), amount: amountOut })),
  /** The threshold for currencies that `approve_above` doesn't name, in units of the currency. */
  approve_above_default: amountOut,
  ach_originator: AchOriginator.nullable(),
  /** The hours that a new bank account waits after its approval, before it is paid into. */
  cooling_off_hours: z.number().int(),
  version: z.number().int(),
  updated_at: instantOut.nullable(),
});

const shared = {
  path: '/settings/payments',
  status: 200,
  response: PaymentSettings,
  tenants: ['ISSUER', 'SPONSOR'],
} as const;

export const getPaymentSettings = route({
  operationId: 'getPaymentSettings',
  method: 'GET',
  summary: 'Get how the tenant pays, and the amounts above which a second person must approve',
  ...shared,
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  concurrency: 'etag',
  problems: [],
  uses: ['bank:terms'],
});

export const setPaymentSettings = route({
  operationId: 'setPaymentSettings',
  method: 'PUT',
  summary: 'Set how the tenant pays',
  description:
    'Replaces all settings. Above `approve_above`, payments wait for a second person; zero means always. `NACHA_FILE` needs `ach_originator`; a day’s payments then go into a file for the bank to fetch. A change that loosens waits for a second person: a higher threshold, a shorter `cooling_off_hours` (default 24), another channel or originator. Payments that were ordered before keep their channel.',
  ...shared,
  roles: ['ADMIN'],
  body: z
    .strictObject({
      channel: z.enum(CHANNELS, `must be one of ${CHANNELS.join(', ')}`).optional(),
      approve_above: z
        .array(z.strictObject({ currency, amount: amountBound }))
        .max(200)
        .refine(
          (list) => new Set(list.map((entry) => entry.currency)).size === list.length,
          'must name each currency once',
        )
        .default([]),
      ach_originator: AchOriginator.optional(),
      cooling_off_hours: wholeNumber(0, MAX_COOLING_OFF_HOURS).optional(),
    })
    .refine(
      (body) => body.channel !== 'NACHA_FILE' || body.ach_originator !== undefined,
      'needs ach_originator for the channel NACHA_FILE',
    ),
  example: { approve_above: [{ currency: 'USD', amount: '25000.00' }] },
  concurrency: 'if-match',
  waiting: ChangeRequest,
  audit: 'payment-settings.set',
  problems: [
    'second-factor-required',
    'change-pending',
    'precondition-failed',
    'precondition-required',
    'channel-unavailable',
  ],
  uses: ['bank:terms', 'eventBus:put', 'secondFactor:demand'],
});
