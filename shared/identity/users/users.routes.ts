import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from '#identity/sign-in/password-limits.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instantOut, loginEmail, text } from '#kernel/fields.ts';
import { PERSON_ROLES } from '#kernel/roles.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { route } from '#platform/http/route.ts';

/** Operators manage themselves as the ADMINs of a tenant manage its users. */
const admins = ['ADMIN', 'OPERATOR'] as const;

const STATUSES = ['ACTIVE', 'DISABLED'] as const;
/** Whoever is invited can't sign in before they have set a password. */
const SHOWN_STATUSES = [...STATUSES, 'INVITED'] as const;

export const User = z.object({
  id: idOut,
  tenant_id: idOut,
  email: z.string(),
  role: z.enum(PERSON_ROLES),
  status: z.enum(SHOWN_STATUSES),
  employee_id: z.string().nullable(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

/** A user with what they have to prove beside their password. */
const UserInDetail = User.extend({
  second_factor: z.object({ enrolled_at: instantOut.nullable(), passkeys: z.number().int() }),
});

/** A user with the link of their invitation, which no other answer shows. */
const InvitedUser = User.extend({ invitation_url: z.string().optional() });

const password = z.string().min(PASSWORD_MIN).max(PASSWORD_MAX);

export const createUser = route({
  operationId: 'createUser',
  method: 'POST',
  path: '/users',
  summary: 'Invite a user to the tenant',
  description:
    'The user gets a mail with a link that works once, for 72 hours, and sets their own password by it. For an EMPLOYEE this answer, and no repetition of it, shows the link as `invitation_url` too. A user with the role ADMIN, COMPLIANCE or OPS is invited when a second person has approved it, and only by mail: nobody else may get in as that user. An operator invites operators, in the same way; while there is no other who could approve, at once. Environments that set `passwordsByAdmin` also take a `password`, by which the user is ACTIVE at once.',
  roles: admins,
  body: z.strictObject({
    email: loginEmail,
    role: z.enum(PERSON_ROLES),
    password: password.optional(),
    employee_id: text(100).optional(),
  }),
  example: { email: 'ops@acme.example', role: 'OPS' },
  status: 201,
  location: '/users/{id}',
  response: InvitedUser,
  concurrency: 'etag',
  waiting: ChangeRequest,
  audit: 'user.created',
  problems: ['user-exists'],
  uses: ['fieldKey:use', 'queue:mails:send', 'links:public', 'passwords:byAdmin', 'eventBus:put'],
  // Hashes a password: see login.
  memoryMb: 1769,
});

export const USER_SORTS = {
  byItself: 'created_at',
  keys: { created_at: 'age', email: 'text' },
} as const satisfies Sorts;

export const listUsers = route({
  operationId: 'listUsers',
  method: 'GET',
  path: '/users',
  summary: 'List the users of the tenant',
  roles: ['ADMIN', 'COMPLIANCE', 'OPERATOR'],
  sorts: USER_SORTS,
  query: z.strictObject({ ...countedPage, ...sortBy(USER_SORTS) }),
  status: 200,
  response: listOf(User),
  discloses: true,
  problems: [],
  uses: [],
});

export const getUser = route({
  operationId: 'getUser',
  method: 'GET',
  path: '/users/{id}',
  summary: 'Get a user',
  description:
    '`second_factor` says what the user has enrolled. `DELETE /users/{id}/second-factor` takes all of it from them, the passkeys too.',
  roles: ['ADMIN', 'COMPLIANCE', 'OPERATOR'],
  params: idInPath,
  status: 200,
  response: UserInDetail,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const updateUser = route({
  operationId: 'updateUser',
  method: 'PATCH',
  path: '/users/{id}',
  summary: 'Change a role, disable a user, set a password',
  description:
    'The last active ADMIN, or operator, can be neither disabled nor demoted. Disabling a user or setting a password ends the user’s sessions. Access tokens end at once then, and when `role` or `employee_id` changes: a refreshed token has the new ones. Granting ADMIN, COMPLIANCE or OPS waits for a second person, and so does the password, or the return, of another user who has such a role.',
  roles: admins,
  params: idInPath,
  body: z
    .strictObject({
      role: z.enum(PERSON_ROLES).optional(),
      status: z.enum(STATUSES).optional(),
      password: password.optional(),
      employee_id: text(100).nullable().optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'must change something'),
  example: { role: 'COMPLIANCE' },
  status: 200,
  response: User,
  concurrency: 'if-match',
  waiting: ChangeRequest,
  audit: 'user.updated',
  problems: ['not-found', 'last-admin', 'change-pending', 'precondition-failed', 'precondition-required'],
  uses: ['passwords:byAdmin', 'eventBus:put'],
  memoryMb: 1769,
});

export const inviteUser = route({
  operationId: 'inviteUser',
  method: 'POST',
  path: '/users/{id}/invitation',
  summary: 'Send an invitation again',
  description:
    'The new link replaces the one before it. It goes to the user by mail; for an EMPLOYEE this answer, and no repetition of it, shows it too.',
  roles: admins,
  params: idInPath,
  status: 200,
  response: InvitedUser,
  concurrency: 'if-match-honoured',
  audit: 'user.invited',
  problems: ['not-found', 'too-many-requests'],
  uses: ['fieldKey:use', 'queue:mails:send', 'links:public'],
});

export const revokeInvitation = route({
  operationId: 'revokeInvitation',
  method: 'DELETE',
  path: '/users/{id}/invitation',
  summary: 'Revoke an invitation',
  description: 'Its link works no longer. The user stays INVITED, and can be invited again or disabled.',
  roles: admins,
  params: idInPath,
  status: 204,
  concurrency: 'if-match-honoured',
  audit: 'invitation.revoked',
  problems: ['not-found'],
  uses: [],
});

export const sendPasswordReset = route({
  operationId: 'sendPasswordReset',
  method: 'POST',
  path: '/users/{id}/password-reset',
  summary: 'Send a user a link to set another password',
  description:
    'The link goes to the user alone, by mail. A user who is still invited gets the invitation again. A password stays as it is until the link is used. A user gets at most ten links a day, and whoever signs in by an identity provider alone gets none.',
  roles: admins,
  params: idInPath,
  status: 202,
  concurrency: 'if-match-honoured',
  audit: 'password-reset.sent',
  problems: ['not-found'],
  uses: ['queue:notices:send'],
});

export const resetSecondFactor = route({
  operationId: 'resetSecondFactor',
  method: 'DELETE',
  path: '/users/{id}/second-factor',
  summary: 'Take a second factor that was lost from a user',
  description:
    'It waits for a second person; the user who has lost it is not counted, so that an operator decides where nobody else can. Then the sessions of the user end, and the next sign-in enrols another factor where one is demanded. A mail tells the user.',
  roles: ['ADMIN', 'COMPLIANCE', 'OPERATOR'],
  params: idInPath,
  status: 202,
  location: '/approvals/{id}',
  response: ChangeRequest,
  concurrency: 'etag',
  audit: 'change.requested',
  problems: ['not-found', 'change-pending'],
  uses: ['eventBus:put'],
});
