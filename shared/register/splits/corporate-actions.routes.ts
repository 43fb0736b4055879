import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { daysBetween } from '#kernel/calendar.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import {
  booleanInQuery,
  dateOut,
  decimalOut,
  idInPath,
  idOut,
  instantOut,
  isoDate,
  positiveQuantity,
  securityClass,
  text,
  wholeNumber,
} from '#kernel/fields.ts';
import { amountOut, currency } from '#kernel/money.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { route } from '#platform/http/route.ts';

const STATES = ['SCHEDULED', 'APPLYING', 'APPLIED', 'REVERSING', 'REVERSED'] as const;
const KINDS = ['SPLIT'] as const;
const FRACTIONS = ['KEEP', 'ROUND_DOWN', 'CASH'] as const;
/** A dividend is payable at most sixty days after its record date, which is the day before the split. */
const MAX_DAYS_TO_CASH = 59;
const CASH_FIELDS = ['price_per_share', 'currency', 'payable_date'] as const;
/** The most shares on either side of a ratio. */
const MOST_PER_SIDE = 10_000;

const terms = {
  kind: z.enum(KINDS),
  security_class: z.string(),
  numerator: z.number().int(),
  denominator: z.number().int(),
  fractions: z.enum(FRACTIONS),
  effective_date: dateOut,
};

const totals = {
  /** The holders with shares of the class. */
  holders: z.number().int(),
  before: decimalOut,
  after: decimalOut,
  /** The shares that are lost by rounding down, to 8 places: before × numerator ÷ denominator − after. */
  fractions_total: decimalOut,
  /** The authorized shares of the class, which are split too; null: there is no limit. */
  authorized_before: decimalOut.nullable(),
  authorized_after: decimalOut.nullable(),
};

const cashTerms = {
  /** It is that of a whole share after the split. */
  price_per_share: decimalOut,
  currency: z.string(),
  payable_date: dateOut,
};

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();

export const CorporateAction = z.object({
  id: idOut,
  ...terms,
  /** These are there where fractions are paid in cash. */
  price_per_share: cashTerms.price_per_share.optional(),
  currency: cashTerms.currency.optional(),
  payable_date: cashTerms.payable_date.optional(),
  /** The dividend that pays the fractions; null until the split is applied, and where no holder has any. */
  dividend_id: idOut.nullable().optional(),
  state: z.enum(STATES),
  holders: nullable(totals.holders),
  before: nullable(totals.before),
  after: nullable(totals.after),
  fractions_total: nullable(totals.fractions_total),
  authorized_before: totals.authorized_before,
  authorized_after: totals.authorized_after,
  applied_at: instantOut.nullable(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  updated_at: instantOut,
});

/** The totals that a split would come to now. */
export const SplitPreview = z.object({
  ...terms,
  ...totals,
  /** There where fractions are paid. */
  cash: z
    .object({
      ...cashTerms,
      /** Those who have a fraction; the issuer itself is not paid. */
      holders: z.number().int(),
      /** The fractions that are paid, to 8 places. */
      shares: decimalOut,
      total_amount: amountOut,
      /** The part of it that is withheld for tax, by the forms that are on record now. */
      withheld_amount: amountOut,
      /** Ten at most, the largest first. */
      largest: z.array(
        z.object({
          shareholder_id: idOut,
          external_ref: z.string(),
          /** The shares before the split. */
          holdings: decimalOut,
          /** The part of a share that is left over, to 8 places. */
          fraction: decimalOut,
          amount: amountOut,
          withheld: amountOut,
        }),
      ),
    })
    .optional(),
});

const issuer = { tenants: ['ISSUER'] } as const;
const writers = { ...issuer, roles: ['ADMIN', 'OPS'] } as const;
const readers = { ...issuer, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;
const oneOf = (values: readonly string[]) => `must be one of ${values.join(', ')}`;
const side = wholeNumber(1, MOST_PER_SIDE);

export const proposeCorporateAction = route({
  operationId: 'proposeCorporateAction',
  method: 'POST',
  path: '/corporate-actions',
  summary: 'Propose, or preview, a split of a class of shares',
  description: `For each \`denominator\` shares of the class, every holder, the issuer included, has \`numerator\` from the beginning of \`effective_date\` on; so has what is authorized. Either is 1 to ${MOST_PER_SIDE}, and they differ. \`fractions\`: KEEP keeps 8 decimal places and ROUND_DOWN whole shares; what lies beneath is dropped, and \`fractions_total\` says how much. CASH keeps whole shares and pays what lies beneath: its exact part of \`price_per_share\`, the price of a whole share after the split, rounded half to even at the minor unit of \`currency\`, from \`payable_date\` on, which is at most ${MAX_DAYS_TO_CASH} days after \`effective_date\`. When the split is applied, a dividend of those amounts is frozen with it, on the positions of the day before; \`dividend_id\` names it. It is paid, owed, adjusted, taxed and reconciled like any other, needs no further approval of its terms, and is cancelled by the reversal of the split alone. With \`dry_run=true\` the answer says what the split would come to, and nothing is stored; without, it waits for a second person, and is applied within minutes once it is approved and its day has begun in the issuer’s time zone. No position of the class may have an entry of that day or a later one, and no dividend or meeting may be frozen for such a record date. Between approval and the end, changes of positions of the class as of that day are refused with \`split-under-way\`; afterwards those as of an earlier day with \`dated-before-split\`.`,
  ...writers,
  query: z.strictObject({ dry_run: booleanInQuery.optional() }),
  body: z
    .strictObject({
      kind: z.enum(KINDS, oneOf(KINDS)),
      security_class: securityClass.optional(),
      numerator: side,
      denominator: side,
      fractions: z.enum(FRACTIONS, oneOf(FRACTIONS)),
      effective_date: isoDate,
      price_per_share: positiveQuantity.optional(),
      currency: currency.optional(),
      payable_date: isoDate.optional(),
    })
    .check(({ value, issues }) => {
      const refuse = (field: string, message: string) =>
        issues.push({ code: 'custom', path: [field], input: value, message });
      for (const field of CASH_FIELDS) {
        if (value.fractions === 'CASH' && value[field] === undefined)
          refuse(field, 'is required where fractions are paid in CASH');
        if (value.fractions !== 'CASH' && value[field] !== undefined)
          refuse(field, 'is for fractions that are paid in CASH');
      }
      if (value.payable_date === undefined) return;
      const days = daysBetween(value.effective_date, value.payable_date);
      if (days < 0) refuse('payable_date', 'must not be before effective_date');
      else if (days > MAX_DAYS_TO_CASH)
        refuse('payable_date', `must be at most ${MAX_DAYS_TO_CASH} days after effective_date`);
    })
    .refine(({ numerator, denominator }) => numerator !== denominator, {
      path: ['numerator'],
      message: 'must differ from the denominator',
    }),
  example: { kind: 'SPLIT', numerator: 2, denominator: 1, fractions: 'KEEP', effective_date: '2099-01-04' },
  status: 200,
  response: SplitPreview,
  waiting: ChangeRequest,
  idempotency: 'required',
  audit: 'corporate-action.previewed',
  problems: ['corporate-action-exists', 'split-under-way', 'change-pending'],
  uses: ['eventBus:put'],
});

export const CORPORATE_ACTION_SORTS = {
  byItself: '-created_at',
  keys: { created_at: 'age', effective_date: 'date' },
} as const satisfies Sorts;

export const listCorporateActions = route({
  operationId: 'listCorporateActions',
  method: 'GET',
  path: '/corporate-actions',
  summary: 'List corporate actions, newest first',
  description:
    'One that waits for a second person is among the change requests, `/approvals?kind=corporate-action`.',
  ...readers,
  sorts: CORPORATE_ACTION_SORTS,
  query: z.strictObject({
    ...countedPage,
    ...sortBy(CORPORATE_ACTION_SORTS),
    security_class: securityClass.optional(),
  }),
  status: 200,
  response: listOf(CorporateAction),
  problems: [],
  uses: [],
});

export const getCorporateAction = route({
  operationId: 'getCorporateAction',
  method: 'GET',
  path: '/corporate-actions/{id}',
  summary: 'Get a corporate action',
  ...readers,
  params: idInPath,
  status: 200,
  response: CorporateAction,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const reverseCorporateAction = route({
  operationId: 'reverseCorporateAction',
  method: 'POST',
  path: '/corporate-actions/{id}/reverse',
  summary: 'Propose the reversal of a corporate action as a whole',
  description:
    'Waits for a second person. One that is not applied yet is then called off; one that is, is reversed within minutes, by one opposite entry for each of its own, as of its day. The cash for its fractions is cancelled with it. It is refused once a payment of that cash was ordered, while a later split of the class stands, or a position of the class has changed as of its day or later: reverse those first. `after.too_late_for` names the dividends and meetings that are frozen with the shares after the split.',
  ...writers,
  params: idInPath,
  body: z.strictObject({ reason: text(200).optional() }),
  bodyOptional: true,
  example: { reason: 'The ratio was wrong.' },
  status: 200,
  response: CorporateAction,
  waiting: ChangeRequest,
  concurrency: 'if-match',
  idempotency: 'required',
  audit: 'corporate-action.reversing',
  problems: [
    'not-found',
    'corporate-action-not-reversible',
    'change-pending',
    'precondition-failed',
    'precondition-required',
  ],
  uses: ['eventBus:put'],
});
