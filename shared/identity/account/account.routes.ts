import * as z from 'zod';
import { PASSWORD_MAX, PASSWORD_MIN } from '#identity/sign-in/password-limits.ts';
import { USER_ROLES } from '#kernel/roles.ts';
import { route } from '#platform/http/route.ts';

const roles = [...USER_ROLES, 'OPERATOR'] as const;

export const changePassword = route({
  operationId: 'changePassword',
  method: 'POST',
  path: '/me/password',
  summary: 'Change one’s own password',
  description:
    'All other sessions of the user end, and a mail tells the user. The current password is counted like an attempt to sign in.',
  roles,
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
