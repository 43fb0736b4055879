import { route } from '#platform/http/route.ts';
import { DOORS, MAPPED, SAME_BYTES, sending } from './sending-file.ts';
import { namedSettings } from './upload-settings.ts';
import { NewUpload, OfferedUpload } from './uploads.routes.ts';

export const createParticipantUpload = route({
  operationId: 'createParticipantUpload',
  path: '/uploads/participants',
  summary: 'Upload a census of plan participants',
  description: [
    ...DOORS,
    'Columns: `employee_id` and `name`, and optionally `email`, `date_of_birth`, `hired_on`, `terminated_on`, `rehired_on`, `compensation` (a year’s, in US dollars), `plan_type`, `enrolled_on` and `plan_document` (its name). A column that is missing leaves what is on record as it is, and an empty cell clears it; people who are not in the file are unchanged.',
    'A row with a `plan_document`, or a `plan_type`, enrols the person in a plan of it from `enrolled_on` on (default today), unless they are enrolled. The plan inherits the terms of the document; by a type alone it has no schedule, and what the employer pays vests at once. A person has one row: the first counts (`duplicate-employee`).',
    'The rules of `/participants` and `/plans/enroll` apply. A row that would overwrite what somebody has said of the person since the file was received is refused (`changed-since-received`), and so is another hire date of somebody who was paid out of a plan (`paid-out`). `changes` count who is new, changed, unchanged and enrolled; the list of them is under `changes_url`.',
    MAPPED,
    ...SAME_BYTES,
  ].join('\n'),
  tenants: ['SPONSOR'],
  ...sending,
  query: sending.query.extend(namedSettings),
  body: NewUpload.extend(namedSettings),
  response: OfferedUpload,
  example: { filename: 'census.csv', size: 1_048_576 },
});
