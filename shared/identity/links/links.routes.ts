import * as z from 'zod';
import { PASSWORD_MAX, PASSWORD_MIN } from '#identity/sign-in/password-limits.ts';
import { loginEmail } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

const NewPassword = z.strictObject({
  token: z.string().min(1).max(200),
  password: z.string().min(PASSWORD_MIN).max(PASSWORD_MAX),
});

export const acceptInvitation = route({
  operationId: 'acceptInvitation',
  method: 'POST',
  path: '/auth/invitations/accept',
  summary: 'Set the first password, by the link of an invitation',
  description:
    'The token is what follows `#invitation=` in the link. It works once; a newer invitation replaces it. The user can sign in afterwards.',
  roles: 'PUBLIC',
  limit: 'signIn',
  body: NewPassword,
  example: {
    token: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d.c2VjcmV0',
    password: 'correct horse battery staple',
  },
  status: 204,
  audit: 'invitation.accepted',
  problems: ['invalid-link', 'tenant-suspended'],
  uses: [],
  // Hashes a password: see login.
  memoryMb: 1769,
});

export const requestPasswordReset = route({
  operationId: 'requestPasswordReset',
  method: 'POST',
  path: '/auth/password-reset',
  summary: 'Ask for a link to set another password',
  description:
    'Operators of the platform leave out `tenant`. The answer is the same, and takes as long, whether or not there is such an account. Whoever has it gets a mail with a link that works once, for an hour; a newer one replaces it. A user who is invited, who signs in by an identity provider alone, or who has had ten links within a day, gets none.',
  roles: 'PUBLIC',
  limit: 'signIn',
  body: z.strictObject({ tenant: z.string().min(1).max(40).optional(), email: loginEmail }),
  example: { tenant: 'acme', email: 'ops@acme.example' },
  status: 202,
  audit: 'password-reset.requested',
  problems: ['too-many-requests'],
  uses: ['fieldKey:use', 'queue:notices:send'],
});

export const resetPassword = route({
  operationId: 'resetPassword',
  method: 'POST',
  path: '/auth/password-reset/complete',
  summary: 'Set another password, by the link of a mail',
  description:
    'The token is what follows `#reset=` in the link. It works once. All sessions of the user end, and a mail tells the user.',
  roles: 'PUBLIC',
  limit: 'signIn',
  body: NewPassword,
  example: {
    token: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d.c2VjcmV0',
    password: 'correct horse battery staple',
  },
  status: 204,
  audit: 'password.reset',
  problems: ['invalid-link', 'tenant-suspended'],
  uses: ['queue:notices:send'],
  // Hashes a password: see login.
  memoryMb: 1769,
});
