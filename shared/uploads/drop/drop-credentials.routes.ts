import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instantOut, text, wholeNumber } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

const STATES = ['ISSUING', 'ACTIVE', 'REVOKED', 'EXPIRED', 'FAILED'] as const;
const MAX_DAYS = 365;
const DEFAULT_DAYS = 90;

export const DropCredential = z.object({
  id: idOut,
  name: z.string(),
  /** The user who created it: files that come by it are theirs. */
  owner_id: idOut,
  state: z.enum(STATES),
  /** Null until it is issued. */
  access_key_id: z.string().nullable(),
  /** The key was shown at this instant, and is shown no more. */
  shown_at: instantOut.nullable(),
  expires_at: instantOut,
  /** A file that came by it was last seen at this instant. */
  last_used_at: instantOut.nullable(),
  revoked_by: idOut.nullable(),
  ended_at: instantOut.nullable(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

/** The key and where it works. Nothing else shows the secret. */
export const DropKey = z.object({
  id: idOut,
  access_key_id: z.string(),
  secret_access_key: z.string(),
  region: z.string(),
  bucket: z.string(),
  /** Keys of objects begin with it, then with the kind of file, such as `shareholders/` or `bank-accounts/`, and the name of a mapping as a folder, if one is to read the file. */
  prefix: z.string(),
  expires_at: instantOut,
  version: z.number().int(),
});

const writer = { roles: ['ADMIN'] } as const;
const reader = { roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;

export const createDropCredential = route({
  operationId: 'createDropCredential',
  method: 'POST',
  path: '/drop-credentials',
  summary: 'Create a credential for the drop folder',
  description: [
    'An access key for S3 clients, which may put files into the folder of the tenant and do nothing else. It is issued within seconds: when its `state` is ACTIVE, `POST /drop-credentials/{id}/key` shows it, once.',
    'Whoever creates it owns it: what is dropped by it counts as uploaded by that user, so that files above the limits of the tenant wait for somebody else, and nothing loads once the user is disabled or may upload no more.',
    `It ends after \`expires_in_days\` (${DEFAULT_DAYS} by default, ${MAX_DAYS} at most). Two are live at most: to rotate, create the second, change over, revoke the first.`,
  ].join('\n\n'),
  ...writer,
  body: z.strictObject({
    name: text(100),
    expires_in_days: wholeNumber(1, MAX_DAYS).default(DEFAULT_DAYS),
  }),
  example: { name: 'payroll system', expires_in_days: 90 },
  status: 201,
  location: '/drop-credentials/{id}',
  response: DropCredential,
  concurrency: 'etag',
  audit: 'drop-credential.created',
  problems: ['too-many-drop-credentials'],
  uses: ['queue:drop-keys:send'],
});

export const listDropCredentials = route({
  operationId: 'listDropCredentials',
  method: 'GET',
  path: '/drop-credentials',
  summary: 'List the credentials of the drop folder, newest first',
  ...reader,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(DropCredential),
  problems: [],
  uses: [],
});

export const getDropCredential = route({
  operationId: 'getDropCredential',
  method: 'GET',
  path: '/drop-credentials/{id}',
  summary: 'Get a credential of the drop folder',
  ...reader,
  params: idInPath,
  status: 200,
  response: DropCredential,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const showDropKey = route({
  operationId: 'showDropKey',
  method: 'POST',
  path: '/drop-credentials/{id}/key',
  summary: 'Show the key of a credential, once',
  description:
    'Only its owner sees it, and only this answer has the secret: it is erased with it. A key that nobody has seen within a day is revoked.',
  ...writer,
  params: idInPath,
  status: 200,
  response: DropKey,
  concurrency: 'if-match-honoured',
  // An answer that is kept would keep the secret.
  idempotency: 'none',
  audit: 'drop-credential.shown',
  problems: ['not-found', 'forbidden', 'conflict'],
  uses: ['fieldKey:use', 'dropFolder:know'],
});

export const revokeDropCredential = route({
  operationId: 'revokeDropCredential',
  forSuspended: true,
  method: 'DELETE',
  path: '/drop-credentials/{id}',
  summary: 'Revoke a credential of the drop folder',
  description:
    'Nothing that it has dropped loads any more from this answer on, except what a second person has approved. S3 refuses the key within seconds, as a rule; a minute is the longest that AWS tells of.',
  ...writer,
  params: idInPath,
  status: 204,
  concurrency: 'if-match-honoured',
  audit: 'drop-credential.revoked',
  problems: ['not-found', 'conflict'],
  uses: ['queue:drop-keys:send'],
});
