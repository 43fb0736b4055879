import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import {
  booleanInQuery,
  dateOut,
  decimalOut,
  id,
  idInPath,
  idOut,
  instantOut,
  positiveQuantity,
  quantity,
  securityClass,
  text,
} from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { percent } from '#register/limits/percent.ts';

const STATES = ['PROPOSED', 'OFFERED', 'SETTLED', 'DECLINED', 'CANCELLED'] as const;
/** The grants that one request names; without any, a run takes all that it can. */
const MAX_NAMED = 1_000;
/** The grants of one run; the rest is for the next. Both steps of so many are done within a request's time. */
export const MAX_LINES = 100_000;

const totals = {
  grants: z.number().int(),
  holders: z.number().int(),
  vested: decimalOut.meta({ description: 'The shares that the run takes of grants.' }),
  withheld: decimalOut,
  net: decimalOut,
};

export const Release = z.object({
  id: idOut,
  sponsor: z.string(),
  issuer: z.string(),
  state: z.enum(STATES),
  as_of: dateOut,
  withholding_percent: decimalOut,
  ...totals,
  security_class: z.string().nullable(),
  settled_on: dateOut.nullable(),
  decline_reason: z.string().nullable(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  updated_at: instantOut,
});

export const ReleasePreview = z.object({
  issuer: z.string(),
  as_of: dateOut,
  withholding_percent: decimalOut,
  ...totals,
  left_out: z.object({
    /** Grants with shares to release whose plan names no active holder of the issuer. */
    without_holder: z.number().int(),
    /** Grants beyond the most that a run has. */
    beyond_limit: z.number().int(),
  }),
});

export const ReleaseLine = z.object({
  plan_id: idOut,
  grant_id: idOut,
  /** The name of the participant, which the sponsor alone is told, unless it was erased. */
  participant_name: z.string().nullable(),
  shareholder_id: idOut,
  /** The name of the holder of record, which the issuer alone is told, unless it was erased. */
  holder_name: z.string().nullable(),
  vested: decimalOut,
  withheld: decimalOut,
  net: decimalOut,
});

export const SettlementPreview = z.object({
  release_id: idOut,
  security_class: z.string(),
  holders: z.number().int(),
  net: decimalOut,
  before: decimalOut,
  after: decimalOut,
  authorized: decimalOut.nullable(),
  version: z.number().int().meta({ description: 'The run’s.' }),
});

const sponsor = { tenants: ['SPONSOR'] } as const;
const issuer = { tenants: ['ISSUER'] } as const;
const both = { tenants: ['SPONSOR', 'ISSUER'] } as const;
const writers = { roles: ['ADMIN', 'OPS'] } as const;
const readers = { ...both, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;

export const proposeRelease = route({
  operationId: 'proposeRelease',
  method: 'POST',
  path: '/releases',
  summary: 'Propose, or preview, a release of vested shares to an issuer’s register',
  description: `Takes what has vested by today of the sponsor’s RSU grants, and no run has taken yet, where the plan names an active holder of \`issuer\`, which must have linked the sponsor: of all such grants, at most ${MAX_LINES}, or of those in \`lines\`. Of each, \`withholding_percent\` is withheld for tax, rounded up to whole shares; a line can say \`withheld\` itself. With \`dry_run=true\` the answer says what the run would come to. Without, the shares are reserved, and the run waits for a second person of the sponsor; then the issuer sees it, and settles it with two of its own people, or declines it. Whatever ends a run that is not settled gives the shares back to their grants.`,
  ...sponsor,
  ...writers,
  query: z.strictObject({ dry_run: booleanInQuery.optional() }),
  body: z.strictObject({
    issuer: text(40),
    withholding_percent: percent.optional(),
    lines: z
      .array(
        z.strictObject({
          plan_id: id,
          grant_id: id,
          quantity: positiveQuantity.optional(),
          withheld: quantity.optional(),
        }),
      )
      .min(1)
      .max(MAX_NAMED)
      .optional(),
  }),
  example: { issuer: 'acme', withholding_percent: '22' },
  status: 200,
  response: ReleasePreview,
  waiting: ChangeRequest,
  idempotency: 'required',
  audit: 'release.previewed',
  problems: ['nothing-to-release', 'conflict', 'change-pending'],
  uses: ['eventBus:put'],
});

export const listReleases = route({
  operationId: 'listReleases',
  method: 'GET',
  path: '/releases',
  summary: 'List release runs, newest first',
  description: 'A sponsor sees all of its own, an issuer those that it was offered.',
  ...readers,
  query: z.strictObject({ ...countedPage, state: z.enum(STATES).optional() }),
  status: 200,
  response: listOf(Release),
  problems: [],
  uses: [],
});

export const getRelease = route({
  operationId: 'getRelease',
  method: 'GET',
  path: '/releases/{id}',
  summary: 'Get a release run',
  ...readers,
  params: idInPath,
  status: 200,
  response: Release,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const listReleaseLines = route({
  operationId: 'listReleaseLines',
  method: 'GET',
  path: '/releases/{id}/lines',
  summary: 'List the grants of a release run, with what each brings its holder',
  ...readers,
  params: idInPath,
  query: z.strictObject({ ...countedPage }),
  discloses: true,
  status: 200,
  response: listOf(ReleaseLine),
  problems: ['not-found'],
  uses: [],
});

export const settleRelease = route({
  operationId: 'settleRelease',
  method: 'POST',
  path: '/releases/{id}/settle',
  summary: 'Propose, or preview, to settle a release run into the register',
  description:
    'The holders get the net shares of the run in `security_class` (default COMMON), newly issued, as of the day of the approval in the issuer’s time zone. It waits for a second person of the issuer. With `dry_run=true` the answer says what would be issued, and nothing is stored. Positions, the run and the sponsor’s grants change in one transaction, once. It is refused if a holder is closed, if more would be issued than is authorized, and once the issuer has revoked its link.',
  ...issuer,
  ...writers,
  params: idInPath,
  query: z.strictObject({ dry_run: booleanInQuery.optional() }),
  body: z.strictObject({ security_class: securityClass.optional() }),
  bodyOptional: true,
  example: { security_class: 'COMMON' },
  status: 200,
  response: SettlementPreview,
  waiting: ChangeRequest,
  concurrency: 'if-match',
  idempotency: 'required',
  audit: 'release.settlement-previewed',
  problems: [
    'not-found',
    'release-ended',
    'shareholder-closed',
    'authorized-shares-exceeded',
    'change-pending',
    'precondition-failed',
    'precondition-required',
  ],
  uses: ['eventBus:put'],
});

export const declineRelease = route({
  operationId: 'declineRelease',
  method: 'POST',
  path: '/releases/{id}/decline',
  summary: 'Decline a release run as its issuer, or cancel it as its sponsor',
  description:
    'Only one that is OFFERED can be; a run that waits for the sponsor’s second person is withdrawn or denied among the change requests. Its shares are their grants’ again.',
  ...both,
  ...writers,
  params: idInPath,
  body: z.strictObject({ reason: text(200).optional() }),
  bodyOptional: true,
  example: { reason: 'Two of the holders have left.' },
  status: 200,
  response: Release,
  concurrency: 'if-match',
  audit: 'release.declined',
  problems: ['not-found', 'release-ended', 'precondition-failed', 'precondition-required'],
  uses: [],
});
