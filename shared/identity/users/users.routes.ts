import * as z from 'zod';
import { ChangeRequest } from '#approvals/approvals.routes.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from '#identity/sign-in/password-limits.ts';
import { idInPath, idOut, instantOut, listOf, loginEmail, page, text } from '#kernel/fields.ts';
import { USER_ROLES } from '#kernel/roles.ts';
import { route } from '#platform/http/route.ts';

const STATUSES = ['ACTIVE', 'DISABLED'] as const;

export const User = z.object({
  id: idOut,
  tenant_id: idOut,
  email: z.string(),
  role: z.enum(USER_ROLES),
  status: z.enum(STATUSES),
  employee_id: z.string().nullable(),
  version: z.number().int(),
  created_at: instantOut,
});

const password = z.string().min(PASSWORD_MIN).max(PASSWORD_MAX);

export const createUser = route({
  operationId: 'createUser',
  method: 'POST',
  path: '/users',
  summary: 'Create a user of the tenant',
  description:
    'A user with the role ADMIN, COMPLIANCE or OPS is created when a second person has approved it; until then nobody can sign in as that user.',
  roles: ['ADMIN'],
  body: z.strictObject({
    email: loginEmail,
    role: z.enum(USER_ROLES),
    password,
    employee_id: text(100).optional(),
  }),
  example: { email: 'ops@acme.example', role: 'OPS', password: 'correct horse battery staple' },
  status: 201,
  location: '/users/{id}',
  response: User,
  concurrency: 'etag',
  waiting: ChangeRequest,
  audit: 'user.created',
  problems: ['user-exists'],
  uses: [],
  // Hashes a password: see login.
  memoryMb: 1769,
});

export const listUsers = route({
  operationId: 'listUsers',
  method: 'GET',
  path: '/users',
  summary: 'List the users of the tenant',
  roles: ['ADMIN', 'COMPLIANCE'],
  query: z.strictObject({ ...page }),
  status: 200,
  response: listOf(User),
  problems: [],
  uses: [],
});

export const getUser = route({
  operationId: 'getUser',
  method: 'GET',
  path: '/users/{id}',
  summary: 'Get a user',
  roles: ['ADMIN', 'COMPLIANCE'],
  params: idInPath,
  status: 200,
  response: User,
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
    'The last active ADMIN can be neither disabled nor demoted. Disabling a user or setting a password ends the user’s sessions. Access tokens end at once then, and when `role` or `employee_id` changes: a refreshed token has the new ones. Granting ADMIN, COMPLIANCE or OPS waits for a second person, and so does the password, or the return, of another user who has such a role.',
  roles: ['ADMIN'],
  params: idInPath,
  body: z
    .strictObject({
      role: z.enum(USER_ROLES).optional(),
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
  uses: [],
  memoryMb: 1769,
});
