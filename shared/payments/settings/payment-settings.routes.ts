import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { instantOut, isoDate, text, timeZone, wholeNumber } from '#kernel/fields.ts';
import { amountBound, amountOut, currency } from '#kernel/money.ts';
import { isAccountNumber } from '#payments/nacha/account-number.ts';
import { isRoutingNumber } from '#payments/nacha/routing-number.ts';
import { route } from '#platform/http/route.ts';
import { CHANNELS } from './channel.ts';
import { DEFAULT_FILE_NAME, fileNameFault } from './file-name.ts';

const MAX_COOLING_OFF_HOURS = 168;
const MAX_NON_BUSINESS_DAYS = 100;

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

const LINE_ENDS = ['LF', 'CRLF'] as const;
const ACCOUNT_TYPES = ['CHECKING', 'SAVINGS'] as const;
/** Nacha gives these a meaning of their own (Operating Rules, Appendix Three, company entry description). */
const RESERVED_DESCRIPTIONS: readonly string[] = [
  ...(['ACCTVERIFY', 'AUTOENROLL', 'HCCLAIMPMT', 'NO CHECK', 'NONSETTLED', 'PAYROLL', 'PURCHASE'] as const),
  ...(['RECLAIM', 'REDEPCHECK', 'RETRY PYMT', 'RETURN FEE', 'REVERSAL'] as const),
];

const OffsetAccount = z.object({
  routing_number: z.string(),
  account_last4: z.string(),
  account_type: z.enum(ACCOUNT_TYPES),
});

/** The wishes of a tenant’s bank for its files. */
export const BankProfile = z.object({
  line_ends: z.enum(LINE_ENDS),
  /** Whether files are filled up to blocks of ten lines. */
  padding: z.boolean(),
  file_name: z.string(),
  /** Null: by what each payment is for. */
  entry_description: z.string().nullable(),
  /** The account of the tenant by which each batch is balanced; null where the bank does so. */
  offset_account: OffsetAccount.nullable(),
  non_business_days: z.array(z.string()),
  time_zone: z.string(),
  same_day_cut_off: z.string().nullable(),
  next_day_cut_off: z.string().nullable(),
  /** Whether new accounts are asked for by an entry of no money first. */
  prenotes: z.boolean(),
});

const cutOff = z
  .string('must be a string')
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time as HH:MM, from 00:00 to 23:59')
  .nullable()
  .default(null);

const EnteredBankProfile = z
  .strictObject({
    line_ends: z.enum(LINE_ENDS, `must be one of ${LINE_ENDS.join(', ')}`).default('LF'),
    padding: z.boolean('must be true or false').default(true),
    file_name: z
      .string('must be a string')
      .superRefine((pattern, context) => {
        const message = fileNameFault(pattern);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      })
      .default(DEFAULT_FILE_NAME),
    entry_description: z
      .string('must be a string')
      .regex(
        /^(?=.*[A-Z0-9])(?! )(?!.* {2})[A-Z0-9 .,'&/()#:+-]{1,10}(?<! )$/,
        "must have 1 to 10 of A-Z, 0-9, spaces between them and .,'&/()#:+-",
      )
      .refine((value) => !RESERVED_DESCRIPTIONS.includes(value), 'must not be a word that Nacha reserves')
      .nullable()
      .default(null),
    offset_account: z
      .strictObject({
        routing_number: routing,
        account_number: z
          .string('must be a string')
          .refine(isAccountNumber, 'must have 4 to 17 digits')
          .optional(),
        account_type: z.enum(ACCOUNT_TYPES, `must be one of ${ACCOUNT_TYPES.join(', ')}`),
      })
      .nullable()
      .default(null),
    non_business_days: z
      .array(isoDate)
      .max(MAX_NON_BUSINESS_DAYS, `must have at most ${MAX_NON_BUSINESS_DAYS} days`)
      .refine((days) => new Set(days).size === days.length, 'must name each day once')
      .transform((days) => days.toSorted())
      .default([]),
    time_zone: timeZone.default('America/New_York'),
    same_day_cut_off: cutOff,
    next_day_cut_off: cutOff,
    prenotes: z.boolean('must be true or false').default(false),
  })
  .refine(
    ({ same_day_cut_off: same, next_day_cut_off: next }) => same === null || next === null || same <= next,
    { path: ['same_day_cut_off'], message: 'must not be after next_day_cut_off' },
  );

export const PaymentSettings = z.object({
  channel: z.enum(CHANNELS),
  approve_above: z.array(z.object({ currency: z.string(), amount: amountOut })),
  /** The threshold for currencies that `approve_above` doesn't name, in units of the currency. */
  approve_above_default: amountOut,
  ach_originator: AchOriginator.nullable(),
  /** The hours that a new bank account waits after its approval, before it is paid into. */
  cooling_off_hours: z.number().int(),
  bank_profile: BankProfile,
  /** The account that money is paid from: its statements are compared with the ledger. */
  statement_account: z.object({ account_last4: z.string() }).nullable(),
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
    'Replaces all settings. Above `approve_above`, payments wait for a second person; zero means always. `NACHA_FILE` needs `ach_originator`; a day’s payments then go into a file for the bank to fetch. A change that loosens waits for a second person: a higher threshold, a shorter `cooling_off_hours` (default 24), another channel, originator, `bank_profile` or `statement_account`. Payments that were ordered before keep their channel.',
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
      bank_profile: EnteredBankProfile.optional(),
      statement_account: z
        .strictObject({
          account_number: z
            .string('must be a string')
            .regex(
              /^(?=.*[1-9])[A-Z0-9]{4,34}$/,
              'must be an account number or an IBAN: 4 to 34 of A-Z and 0-9, without spaces',
            )
            .optional(),
        })
        .optional(),
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
  uses: ['bank:terms', 'fieldKey:use', 'eventBus:put', 'secondFactor:demand'],
});
