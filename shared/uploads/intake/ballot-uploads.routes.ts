import { route } from '#platform/http/route.ts';
import { DOORS, MAPPED, SAME_BYTES, sending } from './sending-file.ts';
import { namedSettings } from './upload-settings.ts';
import { NewUpload, OfferedUpload } from './uploads.routes.ts';

export const createBallotUpload = route({
  operationId: 'createBallotUpload',
  path: '/uploads/ballots',
  summary: 'Upload a file of ballots',
  description: [
    ...DOORS,
    'Columns: `meeting_id`, `external_ref` (the holder), `item_id`, `choice` (FOR, AGAINST or ABSTAIN, of a director FOR or WITHHOLD), and optionally `votes` and',
    '`security_class`. A row without `votes` is the choice of all the holder’s votes; rows of several choices of an item split them, up to the weight. With',
    '`security_class` a row speaks of the votes of that class of the meeting alone. Votes of zero are ignored. All rows of a holder in a meeting are one ballot, which is cast as',
    'a whole or, if one of its rows is refused, not at all: the others have the error `ballot-incomplete`. A holder votes once in a meeting, whichever files it is in: the same ballot',
    'again changes nothing, another one is an error of its rows (`ballot-exists`) until the first is revoked. Of two files, the one that was received first counts. The rules of single ballots apply.',
    'A mapping may give `choice`, or `votes`, by a column for each item or choice, such as `{"from": "Proposal 1", "to": "choice", "value": {"item_id": "1", "meeting_id": "…"}, "values": {"F": "FOR"}}`.',
    MAPPED,
    ...SAME_BYTES,
  ].join('\n'),
  tenants: ['ISSUER'],
  ...sending,
  query: sending.query.extend(namedSettings),
  body: NewUpload.extend(namedSettings),
  response: OfferedUpload,
  example: { filename: 'ballots.csv', size: 1_048_576 },
});
