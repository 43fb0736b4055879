import * as z from 'zod';
import { PASSWORD_MAX, PASSWORD_MIN } from '#identity/sign-in/password-limits.ts';
import { Tenant } from '#identity/tenants/tenants.routes.ts';
import { User } from '#identity/users/users.routes.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { booleanInQuery, idInPath, idOut, instantOut } from '#kernel/fields.ts';
import { PERSON_ROLES } from '#kernel/roles.ts';
import { route } from '#platform/http/route.ts';

export const changePassword = route({
  operationId: 'changePassword',
  method: 'POST',
  path: '/me/password',
  summary: 'Change one’s own password',
  description:
    'All other sessions of the user end, and a mail tells the user. The current password is counted like an attempt to sign in.',
  roles: PERSON_ROLES,
  body: z.strictObject({
    current_password: z.string().min(1).max(PASSWORD_MAX),
    password: z.string().min(PASSWORD_MIN).max(PASSWORD_MAX),
  }),
  example: {
    current_password: 'correct horse battery staple',
    password: 'seven quiet lamps beneath the orchard',
  },
  status: 204,
  // A repetition has another current password.
  idempotency: 'none',
  audit: 'password.changed',
  problems: ['too-many-requests'],
  uses: ['queue:notices:send'],
  // Hashes a password: see login.
  memoryMb: 1769,
});

export const Me = User.omit({ tenant_id: true, version: true }).extend({
  session_id: idOut,
  /** An operator belongs to none. */
  tenant: Tenant.omit({ version: true, created_at: true, created_by: true }).nullable(),
});

export const getMe = route({
  operationId: 'getMe',
  method: 'GET',
  path: '/me',
  summary: 'Get oneself: user, role and tenant',
  description: 'Says whose token it is. An operator belongs to no tenant.',
  roles: PERSON_ROLES,
  peopleOnly: true,
  status: 200,
  response: Me,
  problems: [],
  uses: [],
});

export const Session = z.object({
  id: idOut,
  /** Whether this is the session of the request. */
  current: z.boolean(),
  started_at: instantOut,
  last_used_at: instantOut,
  expires_at: instantOut,
  method: z.enum(['PASSWORD', 'PROVIDER', 'PASSKEY']).nullable(),
  amr: z.array(z.string()),
  second_factor_at: instantOut.nullable(),
  source_ip: z.string().nullable(),
  device: z.string().nullable(),
  user_agent: z.string().nullable(),
});

export const listMySessions = route({
  operationId: 'listMySessions',
  method: 'GET',
  path: '/me/sessions',
  summary: 'List one’s own sessions',
  description:
    'Sessions that have ended are not listed. A session is used when it is refreshed. A user has a hundred at most: the next one ends the one that has gone unused for longest.',
  roles: PERSON_ROLES,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(Session),
  problems: [],
  uses: [],
});

export const endMySession = route({
  operationId: 'endMySession',
  method: 'DELETE',
  path: '/me/sessions/{id}',
  summary: 'End one of one’s own sessions',
  description: 'Its access tokens end with it.',
  roles: PERSON_ROLES,
  params: idInPath,
  status: 204,
  audit: 'session.ended',
  problems: ['not-found'],
  uses: [],
});

export const endMySessions = route({
  operationId: 'endMySessions',
  method: 'DELETE',
  path: '/me/sessions',
  summary: 'End all of one’s own sessions',
  description: 'The session of the request goes on, unless `current=true` says that it ends too.',
  roles: PERSON_ROLES,
  query: z.strictObject({ current: booleanInQuery.optional() }),
  status: 204,
  audit: 'sessions.ended',
  problems: [],
  uses: [],
});

export const listUserSessions = route({
  operationId: 'listUserSessions',
  method: 'GET',
  path: '/users/{id}/sessions',
  summary: 'List the sessions of a user',
  roles: ['ADMIN', 'OPERATOR'],
  params: idInPath,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(Session),
  discloses: true,
  problems: ['not-found'],
  uses: [],
});

export const endUserSessions = route({
  operationId: 'endUserSessions',
  method: 'DELETE',
  path: '/users/{id}/sessions',
  summary: 'End all sessions of a user',
  description:
    'Their access tokens end with them. The user can sign in again: disable the user to prevent that.',
  roles: ['ADMIN', 'OPERATOR'],
  params: idInPath,
  status: 204,
  concurrency: 'if-match-honoured',
  audit: 'sessions.ended',
  problems: ['not-found'],
  uses: [],
});

const Identity = z.object({ id: idOut, issuer: z.string(), subject: z.string(), linked_at: instantOut });

export const listMyIdentities = route({
  operationId: 'listMyIdentities',
  method: 'GET',
  path: '/me/identities',
  summary: 'List by which identity providers one signs in',
  tenants: ['ISSUER', 'SPONSOR'],
  roles: PERSON_ROLES,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(Identity),
  problems: [],
  uses: [],
});

export const unlinkIdentity = route({
  operationId: 'unlinkIdentity',
  method: 'DELETE',
  path: '/me/identities/{id}',
  summary: 'Sign in by an identity provider no longer',
  description:
    'Sessions that began with the identity end, except the one of the request. The last way in stays: whoever has no password that lets them in keeps one identity.',
  tenants: ['ISSUER', 'SPONSOR'],
  roles: PERSON_ROLES,
  params: idInPath,
  status: 204,
  audit: 'identity.unlinked',
  problems: ['not-found', 'last-way-in'],
  uses: [],
});
