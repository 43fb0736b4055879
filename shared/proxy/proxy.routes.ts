import * as z from 'zod';
import { dayWrittenIn } from '#kernel/calendar.ts';
import {
  DEFAULT_SECURITY_CLASS,
  dateOut,
  decimalOut,
  id,
  idInPath,
  idOut,
  instant,
  instantOut,
  isoDate,
  listOf,
  page,
  quantity,
  securityClass,
  text,
} from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { CHOICES, ITEM_KINDS } from './choices.ts';

export const MEETING_STATES = ['SCHEDULED', 'OPEN', 'CLOSED'] as const;
const MAX_ITEMS = 200;

const itemId = z
  .string('must be a string')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 of letters, digits, ., _ and -');

export const MeetingItem = z.object({ id: z.string(), title: z.string(), kind: z.enum(ITEM_KINDS) });

export const Meeting = z.object({
  id: idOut,
  title: z.string(),
  security_class: z.string(),
  record_date: dateOut,
  opens_at: instantOut,
  closes_at: instantOut,
  quorum: decimalOut,
  items: z.array(MeetingItem),
  /** The state at the time of the answer. */
  state: z.enum(MEETING_STATES),
  created_at: instantOut,
});

const choice = z.enum(['FOR', 'AGAINST', 'ABSTAIN', 'WITHHOLD']);

export const Vote = z.object({
  id: idOut,
  meeting_id: idOut,
  shareholder_id: idOut,
  weight: decimalOut,
  choices: z.record(z.string(), choice),
  cast_at: instantOut,
  revoked_at: instantOut.nullable(),
});

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
  items: z.array(MeetingItem.extend({ counts: z.partialRecord(choice, Count) })),
  tally_sha256: z.string(),
});

const NewMeeting = z
  .strictObject({
    title: text(200),
    security_class: securityClass.default(DEFAULT_SECURITY_CLASS),
    record_date: isoDate,
    opens_at: instant,
    closes_at: instant,
    quorum: quantity.refine((value) => Number(value) <= 1, 'must be at most 1'),
    items: z
      .array(z.strictObject({ id: itemId, title: text(200), kind: z.enum(ITEM_KINDS) }))
      .min(1, 'must have at least one item')
      .max(MAX_ITEMS, `must have at most ${MAX_ITEMS} items`),
  })
  .check(({ value, issues }) => {
    const refuse = (path: PropertyKey[], message: string) =>
      issues.push({ code: 'custom', path, input: value, message });
    if (Date.parse(value.opens_at) >= Date.parse(value.closes_at))
      refuse(['closes_at'], 'must be after opens_at');
    if (value.record_date > dayWrittenIn(value.opens_at))
      refuse(['record_date'], 'must not be after the day of opens_at');
    const seen = new Set<string>();
    value.items.forEach((item, index) => {
      if (seen.has(item.id)) refuse(['items', index, 'id'], 'is the id of another item');
      seen.add(item.id);
    });
  });

const NewVote = z.strictObject({
  meeting_id: id,
  shareholder_id: id,
  choices: z
    .record(z.string(), z.unknown())
    .refine((choices) => Object.keys(choices).length > 0, 'must choose for at least one item')
    .refine((choices) => Object.keys(choices).length <= MAX_ITEMS, `must have at most ${MAX_ITEMS} choices`)
    .meta({
      openapi: {
        type: 'object',
        additionalProperties: { enum: [...new Set(Object.values(CHOICES).flat())] },
      },
    }),
});

const issuer = { tenants: ['ISSUER'] } as const;
const writers = { ...issuer, roles: ['ADMIN', 'OPS'] } as const;
const readers = { ...issuer, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;
const reporters = { ...issuer, roles: ['ADMIN', 'COMPLIANCE'] } as const;

export const createMeeting = route({
  operationId: 'createMeeting',
  method: 'POST',
  path: '/proxy/meetings',
  summary: 'Call a meeting',
  description:
    'Holders of `security_class` (default COMMON) at the close of `record_date` may vote. `quorum` is the part of the entitled shares that must be voted, from 0 to 1. A meeting cannot be changed once it is called.',
  ...writers,
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
  response: Meeting,
  audit: 'meeting.created',
  problems: [],
  uses: [],
});

export const listMeetings = route({
  operationId: 'listMeetings',
  method: 'GET',
  path: '/proxy/meetings',
  summary: 'List meetings',
  description: 'The newest come first.',
  ...readers,
  query: z.strictObject({ ...page }),
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
  problems: ['not-found'],
  uses: [],
});

export const getMeetingReport = route({
  operationId: 'getMeetingReport',
  method: 'GET',
  path: '/proxy/meetings/{id}/report',
  summary: 'Report the tally of a meeting',
  description:
    'Effective ballots are counted. `turnout` is `voted_shares` / `entitled_shares`, truncated after six decimals; the quorum is computed exactly. `tally_sha256` hashes the ballots as `<shareholder id>,<weight>,<item id>=<choice>;…` with the items in the order of the agenda, in the order of shareholder ids, cut into blocks of 1,000: it is the SHA-256 of the blocks’ SHA-256, each in hexadecimal and with a line feed. As `text/csv`, the report has one line for each item and choice.',
  ...reporters,
  params: idInPath,
  status: 200,
  response: MeetingReport,
  produces: ['application/json', 'text/csv'],
  problems: ['not-found', 'not-acceptable'],
  uses: [],
  timeoutSeconds: 29,
});

export const listMeetingVotes = route({
  operationId: 'listMeetingVotes',
  method: 'GET',
  path: '/proxy/meetings/{id}/votes',
  summary: 'List the ballots of a meeting',
  description:
    'Ballots are listed in the order in which they were cast. Revoked ballots are kept as history.',
  ...reporters,
  params: idInPath,
  query: z.strictObject({ ...page }),
  status: 200,
  response: listOf(Vote),
  problems: ['not-found'],
  uses: [],
});

export const castVote = route({
  operationId: 'castVote',
  method: 'POST',
  path: '/proxy/votes',
  summary: 'Cast the ballot of a holder of record',
  description:
    'STANDARD items take FOR, AGAINST or ABSTAIN, DIRECTOR items FOR or WITHHOLD; items may be left out. The weight is the position at the record date. A holder has one effective ballot in a meeting.',
  ...writers,
  body: NewVote,
  example: {
    meeting_id: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d',
    shareholder_id: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7e',
    choices: { 1: 'FOR', '2a': 'WITHHOLD' },
  },
  status: 201,
  response: Vote,
  audit: 'vote.cast',
  problems: ['not-found', 'ballot-exists', 'meeting-not-open', 'meeting-closed', 'no-position'],
  uses: [],
});

export const getVote = route({
  operationId: 'getVote',
  method: 'GET',
  path: '/proxy/votes/{id}',
  summary: 'Get a ballot',
  ...readers,
  params: idInPath,
  status: 200,
  response: Vote,
  problems: ['not-found'],
  uses: [],
});

export const revokeVote = route({
  operationId: 'revokeVote',
  method: 'DELETE',
  path: '/proxy/votes/{id}',
  summary: 'Revoke a ballot before the meeting closes',
  description: 'The ballot is kept as history; the holder may vote again.',
  ...writers,
  params: idInPath,
  status: 204,
  audit: 'vote.revoked',
  problems: ['not-found', 'ballot-revoked', 'meeting-not-open', 'meeting-closed'],
  uses: [],
});

export const listShareholderVotes = route({
  operationId: 'listShareholderVotes',
  method: 'GET',
  path: '/shareholders/{id}/votes',
  summary: 'List the ballots of a holder of record',
  description: 'The newest come first.',
  ...readers,
  params: idInPath,
  query: z.strictObject({ ...page }),
  status: 200,
  response: listOf(Vote),
  problems: ['not-found'],
  uses: [],
});
