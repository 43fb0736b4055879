import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import {
  decimalOut,
  idOut,
  instantOut,
  MAX_SECURITY_CLASSES,
  quantity,
  securityClass,
  text,
} from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

const CLASS_KINDS = ['COMMON', 'PREFERRED', 'OTHER'] as const;
export const SecurityClass = z.object({
  code: z.string(),
  name: z.string(),
  kind: z.enum(CLASS_KINDS),
  votes_per_share: decimalOut,
  /** Null: there is no limit. */
  authorized: decimalOut.nullable(),
  issued: decimalOut,
  /** The part of what is issued that the issuer itself has: it is neither paid nor counted. */
  treasury_shares: decimalOut,
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  updated_at: instantOut,
});

const kind = z.enum(CLASS_KINDS, `must be one of ${CLASS_KINDS.join(', ')}`);

/** A change leaves absent fields as they are; without `authorized` there is no limit. */
const fields = {
  votes_per_share: quantity.optional(),
  authorized: quantity.nullable().optional(),
};

const issuer = { tenants: ['ISSUER'] } as const;
const writers = { ...issuer, roles: ['ADMIN', 'OPS'] } as const;
const readers = { ...issuer, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;
/** Classes that can't exist are answered 404 like undeclared ones, so a path takes any text. */
const params = z.object({ code: z.string() });

export const declareSecurityClass = route({
  operationId: 'declareSecurityClass',
  method: 'POST',
  path: '/security-classes',
  summary: 'Declare a class of shares',
  description: `Shares, dividends and meetings are of declared classes only; COMMON is there. More shares than are \`authorized\` are never issued; without a value there is no limit. \`votes_per_share\` is 1 unless it is given; shares of a class with 0 have no vote. A tenant declares at most ${MAX_SECURITY_CLASSES} classes.`,
  ...writers,
  body: z.strictObject({ code: securityClass, name: text(200), kind, ...fields }),
  example: { code: 'SERIES-A', name: 'Series A Preferred', kind: 'PREFERRED', authorized: '5000000' },
  status: 201,
  location: '/security-classes/{code}',
  response: SecurityClass,
  concurrency: 'etag',
  audit: 'security-class.declared',
  problems: ['security-class-exists', 'too-many-security-classes'],
  uses: [],
});

export const listSecurityClasses = route({
  operationId: 'listSecurityClasses',
  method: 'GET',
  path: '/security-classes',
  summary: 'List the declared classes of shares',
  description: 'They are listed by code.',
  ...readers,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(SecurityClass),
  problems: [],
  uses: [],
});

export const getSecurityClass = route({
  operationId: 'getSecurityClass',
  method: 'GET',
  path: '/security-classes/{code}',
  summary: 'Get a class of shares',
  ...readers,
  params,
  status: 200,
  response: SecurityClass,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const updateSecurityClass = route({
  operationId: 'updateSecurityClass',
  method: 'PATCH',
  path: '/security-classes/{code}',
  summary: 'Change a class of shares',
  description:
    'Once shares of the class are issued, more `authorized` shares (or null, no limit) and other `votes_per_share` wait for a second person. Fewer take effect at once, and can’t be fewer than are issued.',
  ...writers,
  params,
  body: z
    .strictObject({ name: text(200).optional(), kind: kind.optional(), ...fields })
    .refine((body) => Object.keys(body).length > 0, 'must change something'),
  example: { name: 'Series A Convertible Preferred' },
  status: 200,
  response: SecurityClass,
  waiting: ChangeRequest,
  concurrency: 'if-match',
  audit: 'security-class.changed',
  problems: [
    'not-found',
    'authorized-shares-exceeded',
    'change-pending',
    'precondition-failed',
    'precondition-required',
  ],
  uses: ['eventBus:put'],
});
