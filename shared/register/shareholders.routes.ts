import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { link } from '#contracts/links.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { isCountry } from '#kernel/countries.ts';
import { expandBy } from '#kernel/expansions.ts';
import {
  booleanInQuery,
  decimalOut,
  email,
  identifier,
  idInPath,
  idOut,
  instantOut,
  isoDate,
  kycStatus,
  quantity,
  securityClass,
  text,
} from '#kernel/fields.ts';
import { KycCheck, kycOut } from '#kernel/kyc-check.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { route } from '#platform/http/route.ts';
import { ADDRESS_LENGTHS, HOLDER_KINDS, MAX_ADDRESS_LINES, NAME_LENGTHS } from './holder-fields.ts';
import { tooLateFor } from './transfers.routes.ts';

const STATUSES = ['ACTIVE', 'CLOSED'] as const;

export const Shareholder = z.object({
  id: idOut,
  tenant_id: idOut,
  external_ref: z.string(),
  name: z.string(),
  /** Null: nobody has said. */
  kind: z.enum(HOLDER_KINDS).nullable(),
  /** The parts of a person’s name. Null: it is known as one text. */
  given_name: z.string().nullable(),
  family_name: z.string().nullable(),
  contact: z.object({
    email: z.string().nullable(),
    phone: z.string().nullable(),
    address: z.string().nullable(),
    /** The parts of the address. Null: it is known as one text, or not at all. */
    postal_address: z
      .object({
        lines: z.array(z.string()),
        city: z.string().nullable(),
        region: z.string().nullable(),
        postal_code: z.string().nullable(),
        country: z.string(),
      })
      .nullable(),
  }),
  holdings: decimalOut,
  /** Whether the shares are the issuer’s own: they are neither paid nor counted. */
  treasury: z.boolean(),
  kyc_status: kycStatus,
  ...kycOut,
  status: z.enum(STATUSES),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  updated_at: instantOut,
  links: z.object({
    positions: link,
    dividends: link,
    votes: link,
    bank_accounts: link,
  }),
});

/** A holder as the answer to the request that entered or changed one. */
export const ChangedShareholder = Shareholder.extend({ too_late_for: tooLateFor });

const part = (maxLength: number) => text(maxLength).nullable().default(null);

const PostalAddress = z.strictObject({
  lines: z
    .array(text(ADDRESS_LENGTHS.line))
    .min(1, 'must have a line')
    .max(MAX_ADDRESS_LINES, `must have at most ${MAX_ADDRESS_LINES} lines`),
  city: part(ADDRESS_LENGTHS.city),
  region: part(ADDRESS_LENGTHS.region),
  postal_code: part(ADDRESS_LENGTHS.postal_code),
  country: z
    .string('must be a string')
    .refine(isCountry, 'must be a country by its two letters of ISO 3166, such as US')
    .meta({ openapi: { type: 'string', pattern: '^[A-Z]{2}$' } }),
});

/** A change leaves absent fields as they are, and clears those that are null. */
const Contact = z.strictObject({
  email: email.nullable().optional(),
  phone: text(50).nullable().optional(),
  address: text(500).nullable().optional(),
  postal_address: PostalAddress.nullable().optional(),
});

/** The parts of a name make it, unless it is given beside them. */
const nameParts = {
  kind: z
    .enum(HOLDER_KINDS, `must be ${HOLDER_KINDS.join(' or ')}`)
    .nullable()
    .optional(),
  given_name: text(NAME_LENGTHS.given_name).nullable().optional(),
  family_name: text(NAME_LENGTHS.family_name).nullable().optional(),
};

/** The note that the ledger keeps with a change of holdings; it has no meaning without one. */
const ledgerNote = {
  effective_date: isoDate.optional(),
  reason: text(200).optional(),
  security_class: securityClass.optional(),
};

type WithNote = {
  readonly holdings?: string | undefined;
  readonly treasury?: boolean | undefined;
} & Readonly<Record<string, unknown>>;

function refuseNoteAlone({ value, issues }: z.core.ParsePayload<WithNote>): void {
  if (value.holdings !== undefined) return;
  for (const name of Object.keys(ledgerNote)) {
    if (value[name] === undefined) continue;
    if (name === 'effective_date' && value.treasury !== undefined) continue;
    issues.push({
      code: 'custom',
      path: [name],
      input: value[name],
      message: 'is only for a change of holdings',
    });
  }
}

const NewShareholder = z
  .strictObject({
    external_ref: identifier,
    name: text(200).optional(),
    ...nameParts,
    contact: Contact.optional(),
    holdings: quantity.optional(),
    ...ledgerNote,
  })
  .check(refuseNoteAlone);

const ShareholderChange = z
  .strictObject({
    name: text(200).optional(),
    ...nameParts,
    contact: Contact.optional(),
    holdings: quantity.optional(),
    treasury: z.boolean('must be true or false').optional(),
    ...ledgerNote,
  })
  .refine((body) => Object.keys(body).length > 0, 'must change something')
  .check(refuseNoteAlone);

const issuer = { tenants: ['ISSUER'] } as const;
const writers = { ...issuer, roles: ['ADMIN', 'OPS'] } as const;
const readers = { ...issuer, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;

export const createShareholder = route({
  operationId: 'createShareholder',
  method: 'POST',
  path: '/shareholders',
  summary: 'Enter a holder of record',
  description:
    'The name is one text, or that of its parts `given_name` and `family_name`, which are a person’s; given with them, it is what is shown. `contact.postal_address` likewise makes `contact.address`. Holdings are the opening position, recorded in the ledger under `security_class` (default COMMON) as of `effective_date` (default today, in the tenant’s time zone; not in the future). Above the limit of `/settings/register` they wait for a second person; the first holders of a register don’t, entered on one day by one person; those of a further class do. `too_late_for` names up to 50 dividends and meetings, the newest first, that were frozen without the holder for a record date on which the position takes effect already.',
  ...writers,
  body: NewShareholder,
  example: {
    external_ref: 'ACME-00042',
    kind: 'PERSON',
    given_name: 'Ada',
    family_name: 'Okafor',
    contact: {
      email: 'ada@register.example',
      postal_address: {
        lines: ['1 Main Street'],
        city: 'Springfield',
        region: 'IL',
        postal_code: '62701',
        country: 'US',
      },
    },
    holdings: '1250.5',
  },
  status: 201,
  location: '/shareholders/{id}',
  response: ChangedShareholder,
  waiting: ChangeRequest,
  concurrency: 'etag',
  audit: 'shareholder.created',
  problems: [
    'shareholder-exists',
    'authorized-shares-exceeded',
    'change-pending',
    'dated-before-split',
    'split-under-way',
  ],
  uses: ['eventBus:put'],
});

export const SHAREHOLDER_SORTS = {
  byItself: 'created_at',
  keys: { created_at: 'age', name: 'text', external_ref: 'text' },
} as const satisfies Sorts;

export const listShareholders = route({
  operationId: 'listShareholders',
  method: 'GET',
  path: '/shareholders',
  summary: 'List holders of record',
  description: [
    '`q` finds the holders in whose name each of its words occurs, whatever the case and the accents (`muller` finds Müller), and those whose reference it is, in capitals or not; with an `@`, those in whose mail address it occurs. `email` is a whole address, in any case; `external_ref` a whole reference; `name` a part of the name with its accents, in any case.',
    'The other parameters narrow the list to who has something, or lacks it: `payable_account` is whether there is an account that can be paid into now; `blocked` whether a payment would be refused now, since the holder is not verified or has no such account; `tax_certified` whether there is a form W-9 or W-8 that holds today; `security_class` lists those who have shares of the class.',
    'Holders are listed by age, and those that `q` or `email` finds by name; `sort` says otherwise, and `-` turns it around. A page by age or reference searches a bounded number of holders: as long as `next_cursor` is not null there may be more, even after a page with few matches or none. A holder who is renamed between two pages of a list by name changes place; every other is listed once.',
  ].join('\n\n'),
  ...readers,
  sorts: SHAREHOLDER_SORTS,
  query: z.strictObject({
    ...countedPage,
    // That of a list by name has what the holder is found by.
    cursor: z.string().max(4_000).optional(),
    q: text(200).optional(),
    name: text(200).optional(),
    email: email.optional(),
    external_ref: identifier.optional(),
    status: z.enum(STATUSES, `must be one of ${STATUSES.join(', ')}`).optional(),
    kyc_status: kycStatus.optional(),
    treasury: booleanInQuery.optional(),
    payable_account: booleanInQuery.optional(),
    blocked: booleanInQuery.optional(),
    tax_certified: booleanInQuery.optional(),
    security_class: securityClass.optional(),
    ...sortBy(SHAREHOLDER_SORTS),
  }),
  status: 200,
  response: listOf(Shareholder),
  discloses: true,
  problems: [],
  uses: [],
  // Whom few match of a million holders is looked for among all of them.
  timeoutSeconds: 29,
});

const SHAREHOLDER_EXPANSIONS = {
  positions: 'listPositions',
  dividends: 'listShareholderDividends',
  votes: 'listShareholderVotes',
} as const;

export const getShareholder = route({
  operationId: 'getShareholder',
  method: 'GET',
  path: '/shareholders/{id}',
  summary: 'Get a holder of record',
  description: 'With the first rows of what a page on the holder shows, where `expand` asks for them.',
  ...readers,
  params: idInPath,
  expands: SHAREHOLDER_EXPANSIONS,
  query: z.strictObject(expandBy(SHAREHOLDER_EXPANSIONS)),
  status: 200,
  response: Shareholder,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const updateShareholder = route({
  operationId: 'updateShareholder',
  method: 'PATCH',
  path: '/shareholders/{id}',
  summary: 'Change a name, a contact, the holdings, or whether they are the issuer’s own',
  description:
    'A part of a name or an address makes the text anew unless that is given beside it; a text that is changed alone has no parts any more. The parts of `postal_address` are set together. Setting `holdings` sets the shares in one class, `security_class` (default COMMON; a holder of several must be named with it), and leaves the others as they are; the difference is written to the ledger as of `effective_date` (default today, in the tenant’s time zone; not in the future). No position may become negative on any day. A difference above the limit of `/settings/register` waits for a second person, with the whole request; so does `treasury`, whatever it is set to. Treasury shares are the issuer’s own: from `effective_date` on they are neither paid nor counted, that is, in dividends and meetings whose record date is not before it and which are frozen later. `too_late_for` names up to 50 dividends and meetings that the change comes too late for, the newest first: they are frozen for a record date on which it takes effect already. `external_ref` never changes: reports and uploads identify the holder by it.',
  ...writers,
  params: idInPath,
  body: ShareholderChange,
  example: { name: 'Ada Okafor-Lindgren' },
  status: 200,
  response: ChangedShareholder,
  waiting: ChangeRequest,
  concurrency: 'if-match',
  audit: 'shareholder.updated',
  problems: [
    'change-pending',
    'not-found',
    'shareholder-closed',
    'insufficient-position',
    'security-class-required',
    'authorized-shares-exceeded',
    'dated-before-split',
    'split-under-way',
    'precondition-failed',
    'precondition-required',
  ],
  uses: ['eventBus:put'],
});

const WHO_VERIFIES =
  'Nobody verifies a holder whom they have entered or renamed, or for whom they have proposed an account; nor does somebody whom that person has made or reset.';

export const setShareholderKyc = route({
  operationId: 'setShareholderKyc',
  peopleOnly: true,
  method: 'PATCH',
  path: '/shareholders/{id}/kyc',
  summary: 'Record the outcome of a KYC check',
  description: WHO_VERIFIES,
  ...issuer,
  roles: ['COMPLIANCE'],
  params: idInPath,
  body: KycCheck,
  example: { status: 'VERIFIED', reason: 'Passport seen', effective_date: '2026-11-27' },
  status: 200,
  response: Shareholder,
  concurrency: 'if-match',
  audit: 'shareholder.kyc-set',
  problems: ['not-found', 'shareholder-closed', 'four-eyes', 'precondition-failed', 'precondition-required'],
  uses: [],
});

export const closeShareholder = route({
  operationId: 'closeShareholder',
  forSuspended: true,
  method: 'DELETE',
  path: '/shareholders/{id}',
  summary: 'Close a holder who has no shares',
  description:
    'The holder is closed, not erased: the ledger keeps its history. Closing a closed holder again answers 204 and changes nothing, whichever version If-Match names (RFC 9110, 13.1.1).',
  ...writers,
  params: idInPath,
  status: 204,
  concurrency: 'if-match',
  audit: 'shareholder.closed',
  problems: ['not-found', 'shareholder-holds-shares', 'precondition-failed', 'precondition-required'],
  uses: [],
});
