import * as z from 'zod';
import { loginEmail } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { PASSWORD_MAX } from './password-limits.ts';
import { keptSession } from './session.fields.ts';
import {
  FREE_ATTEMPTS,
  REFRESH_GRACE_SECONDS,
  SESSION_HOURS,
  SESSION_IDLE_MINUTES,
} from './sign-in-limits.ts';

export const TokenPair = z.object({
  access_token: z.string(),
  /** Absent where the session is kept in a cookie. */
  refresh_token: z.string().optional(),
  token_type: z.literal('Bearer'),
  expires_in: z.number().int(),
});

/** A sign-in that waits for the second factor. The token does nothing but bring it. */
export const Challenge = z.object({
  mfa_required: z.literal(true),
  mfa_token: z.string(),
  enrolled: z.boolean(),
  expires_in: z.number().int(),
  passkey_options: z
    .looseObject({})
    .meta({ openapi: { type: 'object', additionalProperties: true } })
    .optional(),
});

const RefreshToken = z
  .strictObject({ refresh_token: z.string().min(1).max(200).optional(), session: keptSession })
  .refine((body) => (body.refresh_token === undefined) !== (body.session === undefined), {
    message: 'is required, unless session is cookie',
    path: ['refresh_token'],
  });

export const login = route({
  operationId: 'login',
  method: 'POST',
  path: '/auth/login',
  summary: 'Sign in with a password',
  description: `Operators of the platform leave out \`tenant\`. After ${FREE_ATTEMPTS} attempts at an account from one network in vain, each further one waits twice as long (\`Retry-After\`); nobody else waits with it. Whoever has a second factor, or needs one, gets \`mfa_required\` in place of tokens, and completes the sign-in by \`POST /auth/mfa\`; where \`enrolled\` is false, after \`POST /auth/mfa/enrol\`. A session ends after ${SESSION_IDLE_MINUTES / 60} hours without a refresh, and after ${SESSION_HOURS / 24} days, or sooner where its tenant says so (\`/settings/sign-in\`).`,
  roles: 'PUBLIC',
  body: z.strictObject({
    tenant: z.string().min(1).max(40).optional(),
    email: loginEmail,
    password: z.string().min(1).max(PASSWORD_MAX),
    session: keptSession,
  }),
  example: { tenant: 'acme', email: 'ops@acme.example', password: 'correct horse battery staple' },
  status: 200,
  response: z.union([TokenPair, Challenge]),
  audit: 'login.succeeded',
  limit: 'signIn',
  problems: [
    'invalid-credentials',
    'too-many-requests',
    'tenant-suspended',
    'sso-required',
    'network-not-allowed',
  ],
  uses: [
    'signingKeys:read',
    'fieldKey:use',
    'queue:notices:send',
    'secondFactor:demand',
    'publicAddress:know',
  ],
  // scrypt takes 128 MiB and a full core; less memory would also mean less processor.
  memoryMb: 1769,
});

export const refreshSession = route({
  operationId: 'refreshSession',
  method: 'POST',
  path: '/auth/refresh',
  summary: 'Exchange a refresh token for a new pair',
  description: `A refresh token works once. Two requests of one browser within ${REFRESH_GRACE_SECONDS} seconds, as its tabs may send them, get the same new one; any other use ends every session that came from the same sign-in, and its access tokens.`,
  roles: 'PUBLIC',
  body: RefreshToken,
  example: { refresh_token: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d.c2VjcmV0' },
  status: 200,
  response: TokenPair,
  audit: 'session.refreshed',
  limit: 'signIn',
  problems: ['invalid-refresh-token', 'tenant-suspended', 'network-not-allowed'],
  uses: ['signingKeys:read'],
});

export const logout = route({
  operationId: 'logout',
  method: 'POST',
  path: '/auth/logout',
  summary: 'End the session of a refresh token',
  description: 'Its access tokens end with it. With `session`, that of the cookie, which goes with it.',
  roles: 'PUBLIC',
  body: RefreshToken,
  example: { refresh_token: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d.c2VjcmV0' },
  status: 204,
  audit: 'session.ended',
  limit: 'signIn',
  problems: [],
  uses: [],
});

export const getKeySet = route({
  operationId: 'getKeySet',
  method: 'GET',
  path: '/.well-known/jwks.json',
  base: 'root',
  summary: 'Get the public keys that verify access tokens',
  description:
    'A new key is published ten minutes before it signs, and an old one stays until its last token has expired.',
  roles: 'PUBLIC',
  status: 200,
  response: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  limit: 'signIn',
  problems: [],
  uses: [],
});
