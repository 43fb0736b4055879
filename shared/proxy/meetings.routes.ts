import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import {
  dateOut,
  decimalOut,
  idInPath,
  idOut,
  instant,
  instantOut,
  isoDate,
  MAX_SECURITY_CLASSES,
  quantity,
  securityClass,
  text,
} from '#kernel/fields.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { route } from '#platform/http/route.ts';
import { ALL_CHOICES, ITEM_KINDS, MAX_ITEMS } from './choices.ts';
import { threshold, thresholdOut } from './threshold.fields.ts';

const MEETING_STATES = ['SCHEDULED', 'OPEN', 'CLOSED', 'CANCELLED'] as const;

const itemId = z
  .string('must be a string')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 of letters, digits, ., _ and -');

export const MeetingItem = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.enum(ITEM_KINDS),
  /** The part of the votes for and against that it needs; null: more for than against. */
  threshold: thresholdOut,
});

export const Meeting = z.object({
  id: idOut,
  title: z.string(),
  /** The first of `security_classes`. */
  security_class: z.string(),
  security_classes: z.array(z.string()),
  record_date: dateOut,
  opens_at: instantOut,
  closes_at: instantOut,
  quorum: decimalOut,
  items: z.array(MeetingItem),
  /** The state at the time of the answer. */
  state: z.enum(MEETING_STATES),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

/** Shares are counted by their votes. */
const Count = z.object({ ballots: z.number().int(), shares: decimalOut });

export const MeetingReport = z.object({
  meeting_id: idOut,
  state: z.enum(MEETING_STATES),
  entitled_shares: decimalOut,
  voted_shares: decimalOut,
  ballots: z.number().int(),
  turnout: decimalOut,
  quorum: decimalOut,
  quorum_reached: z.boolean(),
  items: z.array(
    MeetingItem.extend({
      counts: z.partialRecord(z.enum(ALL_CHOICES), Count),
      /** The outcome, so far while voting is open. Null: of a director without a threshold, the seats decide. */
      carried: z.boolean().nullable(),
    }),
  ),
  tally_sha256: z.string(),
});

const quorum = quantity.refine((value) => Number(value) <= 1, 'must be at most 1');
const agenda = z
  .array(
    z.strictObject({
      id: itemId,
      title: text(200),
      kind: z.enum(ITEM_KINDS),
      threshold: threshold.optional(),
    }),
  )
  .min(1, 'must have at least one item')
  .max(MAX_ITEMS, `must have at most ${MAX_ITEMS} items`)
  .check(({ value, issues }) => {
    const seen = new Set<string>();
    value.forEach((item, index) => {
      if (seen.has(item.id))
        issues.push({
          code: 'custom',
          path: [index, 'id'],
          input: value,
          message: 'is the id of another item',
        });
      seen.add(item.id);
    });
  });
/** The record date need not be 10 to 60 days before the meeting opens. */
const bylawsDiffer = z.boolean().default(false);

const NewMeeting = z
  .strictObject({
    title: text(200),
    security_class: securityClass.optional(),
    /** They vote together, in place of one class. */
    security_classes: z
      .array(securityClass)
      .min(1, 'must have at least one class')
      .max(MAX_SECURITY_CLASSES, `must have at most ${MAX_SECURITY_CLASSES} classes`)
      .optional(),
    record_date: isoDate,
    opens_at: instant,
    closes_at: instant,
    bylaws_differ: bylawsDiffer,
    quorum,
    items: agenda,
  })
  .check(({ value, issues }) => {
    const refuse = (path: PropertyKey[], message: string) =>
      issues.push({ code: 'custom', path, input: value, message });
    if (Date.parse(value.opens_at) >= Date.parse(value.closes_at))
      refuse(['closes_at'], 'must be after opens_at');
    if (value.security_class !== undefined && value.security_classes !== undefined)
      refuse(['security_classes'], 'must not be given together with security_class');
    if (new Set(value.security_classes).size < (value.security_classes?.length ?? 0))
      refuse(['security_classes'], 'must not name a class twice');
  });

const MeetingAmendment = z
  .strictObject({
    title: text(200).optional(),
    record_date: isoDate.optional(),
    opens_at: instant.optional(),
    closes_at: instant.optional(),
    bylaws_differ: bylawsDiffer,
    quorum: quorum.optional(),
    /** The whole agenda. */
    items: agenda.optional(),
  })
  .refine(
    ({ bylaws_differ: _, ...change }) => Object.values(change).some((value) => value !== undefined),
    'must change something',
  );

const issuer = { tenants: ['ISSUER'] } as const;
const readers = { ...issuer, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;

export const createMeeting = route({
  operationId: 'createMeeting',
  method: 'POST',
  path: '/proxy/meetings',
  summary: 'Call a meeting',
  description:
    'Holders of `security_class` (default COMMON), or of any of `security_classes`, at the close of `record_date` may vote. A ballot weighs its holder’s shares times the votes of each, over all the classes; treasury shares have none. The record date is 10 to 60 days before the day on which voting opens, in the issuer’s time zone, unless `bylaws_differ`; in any case it is over by then, and at most 366 days before. `quorum` is the part of the entitled shares that must be voted, from 0 to 1; `threshold` of an item is the part of the votes for and against that it needs, for instance 0.75 or `"2/3"` for a special resolution, compared exactly; without one it needs more for than against. A meeting can be amended and cancelled until it opens.',
  ...issuer,
  roles: ['ADMIN', 'OPS'],
  body: NewMeeting,
  example: {
    title: 'Annual meeting 2027',
    record_date: '2027-03-01',
    opens_at: '2027-03-15T00:00:00Z',
    closes_at: '2027-04-15T18:00:00Z',
    quorum: '0.5',
    items: [
      { id: '1', title: 'Approve the accounts', kind: 'STANDARD' },
      { id: '2a', title: 'Elect A. Lovelace', kind: 'DIRECTOR' },
    ],
  },
  status: 201,
  location: '/proxy/meetings/{id}',
  response: Meeting,
  concurrency: 'etag',
  audit: 'meeting.created',
  problems: [],
  uses: [],
});

export const MEETING_SORTS = {
  byItself: '-created_at',
  keys: { created_at: 'age', record_date: 'date', opens_at: 'instant' },
} as const satisfies Sorts;

export const listMeetings = route({
  operationId: 'listMeetings',
  method: 'GET',
  path: '/proxy/meetings',
  summary: 'List meetings',
  description: 'The newest come first, or as `sort` says.',
  ...readers,
  sorts: MEETING_SORTS,
  query: z.strictObject({ ...countedPage, ...sortBy(MEETING_SORTS) }),
  status: 200,
  response: listOf(Meeting),
  problems: [],
  uses: [],
});

export const getMeeting = route({
  operationId: 'getMeeting',
  method: 'GET',
  path: '/proxy/meetings/{id}',
  summary: 'Get a meeting',
  ...readers,
  params: idInPath,
  status: 200,
  response: Meeting,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const amendMeeting = route({
  operationId: 'amendMeeting',
  method: 'PATCH',
  path: '/proxy/meetings/{id}',
  summary: 'Amend a meeting before it opens',
  description:
    '`items` replaces the whole agenda. The record date and the opening are held to the rules of a call when one of them changes: 10 to 60 days apart, unless `bylaws_differ`. The classes that vote stay as they are: cancel the meeting and call another.',
  ...issuer,
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  body: MeetingAmendment,
  example: { title: 'Annual meeting 2027, adjourned', closes_at: '2027-04-22T18:00:00Z' },
  status: 200,
  response: Meeting,
  concurrency: 'if-match',
  audit: 'meeting.amended',
  problems: ['not-found', 'meeting-not-changeable', 'precondition-failed', 'precondition-required'],
  uses: [],
});

export const cancelMeeting = route({
  operationId: 'cancelMeeting',
  forSuspended: true,
  method: 'POST',
  path: '/proxy/meetings/{id}/cancel',
  summary: 'Cancel a meeting before it opens',
  description: 'It takes no ballots and can’t be called again; it stays in the list as CANCELLED.',
  ...issuer,
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  status: 200,
  response: Meeting,
  concurrency: 'if-match-honoured',
  audit: 'meeting.cancelled',
  problems: ['not-found', 'meeting-not-changeable'],
  uses: [],
});

export const getMeetingReport = route({
  operationId: 'getMeetingReport',
  method: 'GET',
  path: '/proxy/meetings/{id}/report',
  summary: 'Report the tally of a meeting',
  description:
    'Effective ballots are counted, and shares by their votes: `entitled_shares` are those of the record date times the votes of their class, without treasury shares. An item has `carried` if there is a quorum and its threshold is reached; abstentions don’t count. A ballot that is split counts for each of its choices, with the votes of each, and in `voted_shares` with the most votes that it casts for one item. `turnout` is `voted_shares` / `entitled_shares`, truncated after six decimals; the quorum is computed exactly. `tally_sha256` hashes the ballots as `<shareholder id>,<weight>,<item id>=<choice>;…` with the items in the order of the agenda, and `<item id>=<choice>:<votes>` for each part of an item that is split, in the order FOR, AGAINST, ABSTAIN, WITHHOLD; in the order of shareholder ids, cut into blocks of 1,000: it is the SHA-256 of the blocks’ SHA-256, each in hexadecimal and with a line feed. As `text/csv`, the report has one line for each item and choice.',
  ...issuer,
  roles: ['ADMIN', 'COMPLIANCE'],
  params: idInPath,
  status: 200,
  response: MeetingReport,
  produces: ['application/json', 'text/csv'],
  limit: 'reports',
  problems: ['not-found', 'not-acceptable'],
  uses: [],
  timeoutSeconds: 29,
});
