import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { decimalOut, id, idInPath, idOut, instantOut } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { ALL_CHOICES, MAX_ITEMS } from './choices.ts';

/** A choice for the whole ballot, or votes for each choice. */
const ChoiceOut = z.union([z.enum(ALL_CHOICES), z.partialRecord(z.enum(ALL_CHOICES), decimalOut)]);

export const Vote = z.object({
  id: idOut,
  meeting_id: idOut,
  /** The title of the meeting, in a list of ballots. */
  meeting_title: z.string().optional(),
  shareholder_id: idOut,
  /** The name of the holder, in a list of ballots, unless it was erased. */
  holder_name: z.string().optional(),
  weight: decimalOut,
  choices: z.record(z.string(), ChoiceOut),
  cast_at: instantOut,
  created_by: idOut.nullable(),
  /** The upload that cast it. Null: it was cast by itself. */
  upload_id: idOut.nullable(),
  revoked_at: instantOut.nullable(),
  version: z.number().int(),
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
        additionalProperties: {
          oneOf: [
            { type: 'string', enum: [...ALL_CHOICES] },
            {
              type: 'object',
              propertyNames: { enum: [...ALL_CHOICES] },
              minProperties: 1,
              additionalProperties: { type: ['string', 'number'], pattern: '^\\d{1,40}(\\.\\d{1,16})?$' },
            },
          ],
        },
      },
    }),
});

const issuer = { tenants: ['ISSUER'] } as const;
const writers = { ...issuer, roles: ['ADMIN', 'OPS'] } as const;
const readers = { ...issuer, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;

export const listMeetingVotes = route({
  operationId: 'listMeetingVotes',
  method: 'GET',
  path: '/proxy/meetings/{id}/votes',
  summary: 'List the ballots of a meeting',
  description:
    'Ballots are listed in the order in which they were cast. Revoked ballots are kept as history.',
  ...issuer,
  roles: ['ADMIN', 'COMPLIANCE'],
  params: idInPath,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(Vote),
  discloses: true,
  problems: ['not-found'],
  uses: [],
});

export const castVote = route({
  operationId: 'castVote',
  method: 'POST',
  path: '/proxy/votes',
  summary: 'Cast the ballot of a holder of record',
  description:
    'STANDARD items take FOR, AGAINST or ABSTAIN, DIRECTOR items FOR or WITHHOLD; items may be left out. In place of a choice, an item takes an object of votes for each choice, such as `{"FOR": "60", "AGAINST": "40"}`, which come to at most the weight: what is missing is not voted on that item. The weight is the position at the record date times the votes of each share, over the classes of the meeting. Treasury shares, and shares of a class without votes, have none. A holder has one effective ballot in a meeting.',
  ...writers,
  body: NewVote,
  example: {
    meeting_id: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d',
    shareholder_id: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7e',
    choices: { 1: { FOR: '60', AGAINST: '40' }, '2a': 'WITHHOLD' },
  },
  status: 201,
  location: '/proxy/votes/{id}',
  response: Vote,
  concurrency: 'etag',
  audit: 'vote.cast',
  problems: [
    'not-found',
    'ballot-exists',
    'meeting-not-open',
    'meeting-closed',
    'no-position',
    'split-under-way',
  ],
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
  concurrency: 'etag',
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
  concurrency: 'if-match-honoured',
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
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(Vote),
  problems: ['not-found'],
  uses: [],
});
