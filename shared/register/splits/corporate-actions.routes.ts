import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import {
  booleanInQuery,
  dateOut,
  decimalOut,
  idInPath,
  idOut,
  instantOut,
  isoDate,
  listOf,
  page,
  securityClass,
  text,
  wholeNumber,
} from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

const STATES = ['SCHEDULED', 'APPLYING', 'APPLIED', 'REVERSING', 'REVERSED'] as const;
const KINDS = ['SPLIT'] as const;
/** Cash in lieu is not among them: see ADR 241. */
const FRACTIONS = ['KEEP', 'ROUND_DOWN'] as const;
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

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();

export const CorporateAction = z.object({
  id: idOut,
  ...terms,
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
  updated_at: instantOut,
});

/** The totals that a split would come to now. */
export const SplitPreview = z.object({ ...terms, ...totals });

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
  description: `For each \`denominator\` shares of the class, every holder, the issuer included, has \`numerator\` from the beginning of \`effective_date\` on; so has what is authorized. Either is 1 to ${MOST_PER_SIDE}, and they differ. \`fractions\`: KEEP keeps 8 decimal places and ROUND_DOWN whole shares; what lies beneath is dropped, and \`fractions_total\` says how much. Cash in lieu of fractions is not offered. With \`dry_run=true\` the answer says what the split would come to, and nothing is stored; without, it waits for a second person, and is applied within minutes once it is approved and its day has begun in the issuer’s time zone. No position of the class may have an entry of that day or a later one, and no dividend or meeting may be frozen for such a record date. Between approval and the end, changes of positions of the class as of that day are refused with \`split-under-way\`; afterwards those as of an earlier day with \`dated-before-split\`.`,
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

export const listCorporateActions = route({
  operationId: 'listCorporateActions',
  method: 'GET',
  path: '/corporate-actions',
  summary: 'List corporate actions, newest first',
  description:
    'One that waits for a second person is among the change requests, `/approvals?kind=corporate-action`.',
  ...readers,
  query: z.strictObject({ ...page, security_class: securityClass.optional() }),
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
    'Waits for a second person. One that is not applied yet is then called off; one that is, is reversed within minutes, by one opposite entry for each of its own, as of its day. It is refused while a later split of the class stands, or a position of the class has changed as of its day or later: reverse those first. `after.too_late_for` names the dividends and meetings that are frozen with the shares after the split.',
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
