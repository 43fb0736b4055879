import * as z from 'zod';
import { PASSWORD_MAX, PASSWORD_MIN } from '#identity/sign-in/password-limits.ts';
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
