import * as z from 'zod';
import { keptSession } from '#identity/sign-in/session.fields.ts';
import { Challenge, TokenPair } from '#identity/sign-in/sign-in.routes.ts';
import { idOut, text } from '#kernel/fields.ts';
import { USER_ROLES } from '#kernel/roles.ts';
import { route } from '#platform/http/route.ts';

/** Seconds for which a browser may be away at the provider. */
export const SIGN_IN_SECONDS = 600;
/** Seconds for which the code of a finished sign-in can be exchanged. */
export const CODE_SECONDS = 120;

/** A malformed id is answered like one of no connection, so the path takes any text. */
const connectionInPath = z.object({
  connection: z.string().meta({ openapi: { type: 'string', format: 'uuid' } }),
});

const challenge = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be an S256 code challenge, 43 characters of base64url');
const verifier = z
  .string('must be a string')
  .regex(/^[A-Za-z0-9._~-]{43,128}$/, 'must be a PKCE code verifier, 43 to 128 characters');
const oneTimeCode = z
  .string('must be a string')
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters');

export const listSignInConnections = route({
  operationId: 'listSignInConnections',
  method: 'GET',
  path: '/auth/connections',
  summary: 'List the identity providers by which people of a tenant sign in',
  description: 'An unknown tenant has none, like one that has connected none.',
  roles: 'PUBLIC',
  limit: 'signIn',
  query: z.strictObject({ tenant: z.string().min(1).max(40) }),
  status: 200,
  response: z.object({
    data: z.array(
      z.object({ id: idOut, kind: z.enum(['OIDC', 'SAML']), name: z.string(), start_uri: z.string() }),
    ),
  }),
  problems: [],
  uses: ['publicAddress:know'],
});

export const startSignIn = route({
  operationId: 'startSignIn',
  method: 'GET',
  path: '/auth/{connection}/start',
  summary: 'Sign in at an identity provider',
  description: `Sends the browser to the provider, which sends it back to our callback within ${SIGN_IN_SECONDS / 60} minutes. An application names its \`redirect_uri\` (a page of an origin that the API allows, of the console, or at a loopback address) and the S256 \`code_challenge\` of a secret it keeps; the callback then leads there with a \`code\`. Without one, the callback itself shows the code; it shows every refusal. \`POST /auth/sso/token\` exchanges it for a session. With \`anew=true\` the provider authenticates the person now; a second factor counts from when the provider says that they authenticated. \`link=true\` signs nobody in: its code adds the identity to the user who brings it to \`POST /me/identities\`.`,
  roles: 'PUBLIC',
  limit: 'signIn',
  params: connectionInPath,
  query: z.strictObject({
    redirect_uri: z.string().max(500, 'must have at most 500 characters').optional(),
    code_challenge: challenge.optional(),
    login_hint: text(254).optional(),
    link: z.literal('true', 'must be true').optional(),
    /** Authenticates the person now, whatever session they have at the provider. */
    anew: z.literal('true', 'must be true').optional(),
    /** Leave to test, which `POST /connections/{id}/test` gives. */
    ticket: z.string().max(1_000).optional(),
  }),
  status: 302,
  problems: ['not-found', 'sign-in-invalid', 'temporarily-unavailable'],
  uses: ['fieldKey:use', 'function:fetch-public:call', 'outside:address', 'publicAddress:know'],
});

/** An answer of a provider lets somebody in, or tells what a test has received. */
const finished = {
  roles: 'PUBLIC',
  limit: 'signIn',
  params: connectionInPath,
  status: 200,
  response: z.looseObject({}).meta({ openapi: { type: 'object', additionalProperties: true } }),
  produces: ['application/json', 'text/html'],
  audit: 'sign-in.verified',
  uses: [
    'fieldKey:use',
    'function:fetch-public:call',
    'outside:address',
    'publicAddress:know',
    'eventBus:put',
  ],
} as const;
const FINISHED_PROBLEMS = [
  'not-found',
  'sign-in-invalid',
  'sign-in-refused',
  'tenant-suspended',
  'user-exists',
  'last-admin',
  'conflict',
] as const;

export const finishOidcSignIn = route({
  operationId: 'finishOidcSignIn',
  method: 'GET',
  path: '/auth/oidc/{connection}/callback',
  summary: 'Receive the answer of an OpenID provider',
  description: `Only the browser that began the sign-in can bring the answer, and once. The answer has a \`code\`, which \`POST /auth/sso/token\` exchanges within ${CODE_SECONDS} seconds; of a test, it has the result.`,
  ...finished,
  // A provider adds what it likes; what isn't used is not looked at.
  query: z.looseObject({
    code: z.string().max(4_000).optional(),
    state: z.string().max(200).optional(),
    iss: z.string().max(500).optional(),
    error: z.string().max(200).optional(),
    error_description: z.string().max(2_000).optional(),
  }),
  problems: [...FINISHED_PROBLEMS, 'temporarily-unavailable'],
});

export const getSamlMetadata = route({
  operationId: 'getSamlMetadata',
  method: 'GET',
  path: '/auth/saml/{connection}/metadata',
  summary: 'Describe the platform to a SAML provider',
  description: 'The address of this document is the entity id. Providers read it, or people upload it there.',
  roles: 'PUBLIC',
  limit: 'signIn',
  params: connectionInPath,
  status: 200,
  produces: ['application/samlmetadata+xml'],
  problems: ['not-found'],
  uses: ['publicAddress:know'],
});

export const finishSamlSignIn = route({
  operationId: 'finishSamlSignIn',
  method: 'POST',
  path: '/auth/saml/{connection}/acs',
  summary: 'Receive the answer of a SAML provider',
  description: `The assertion must be signed, and is taken once; only the browser that began the sign-in can bring it, unless the connection lets the provider begin. The answer has a \`code\`, which \`POST /auth/sso/token\` exchanges within ${CODE_SECONDS} seconds; of a test, it has the result.`,
  ...finished,
  body: z.strictObject({ SAMLResponse: z.string(), RelayState: z.string().optional() }),
  consumes: ['application/x-www-form-urlencoded'],
  problems: FINISHED_PROBLEMS,
});

export const exchangeSignInCode = route({
  operationId: 'exchangeSignInCode',
  method: 'POST',
  path: '/auth/sso/token',
  summary: 'Exchange the code of a finished sign-in for a session',
  description:
    'A code works once: a second use ends the session of the first. `code_verifier` is the secret whose challenge began the sign-in, where there was one.',
  roles: 'PUBLIC',
  limit: 'signIn',
  body: z.strictObject({ code: oneTimeCode, code_verifier: verifier.optional(), session: keptSession }),
  example: {
    code: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d.c2VjcmV0',
    code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  },
  status: 200,
  response: z.union([TokenPair, Challenge]),
  audit: 'login.succeeded',
  problems: ['sign-in-invalid', 'sign-in-refused', 'tenant-suspended', 'network-not-allowed'],
  uses: ['signingKeys:read', 'queue:notices:send', 'secondFactor:demand', 'publicAddress:know'],
});

export const linkIdentity = route({
  operationId: 'linkIdentity',
  peopleOnly: true,
  method: 'POST',
  path: '/me/identities',
  summary: 'Sign in by an identity provider from now on',
  description:
    'Adds the identity of a sign-in that began with `link=true` to the user who calls. Nobody else can: an email at a provider proves nothing.',
  tenants: ['ISSUER', 'SPONSOR'],
  roles: USER_ROLES,
  body: z.strictObject({ code: oneTimeCode, code_verifier: verifier.optional() }),
  example: { code: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d.c2VjcmV0' },
  status: 201,
  response: z.object({ issuer: z.string(), subject: z.string(), user_id: idOut }),
  // A code works once.
  idempotency: 'none',
  audit: 'identity.linked',
  problems: ['conflict'],
  uses: [],
});

export const endOidcSessions = route({
  operationId: 'endOidcSessions',
  method: 'POST',
  path: '/auth/oidc/{connection}/backchannel-logout',
  summary: 'End sessions on behalf of an OpenID provider',
  description:
    'OpenID Connect Back-Channel Logout 1.0: the provider posts a `logout_token` of type `logout+jwt`, which ends the sessions of its `sid`, or else all sessions of its `sub`.',
  roles: 'PUBLIC',
  limit: 'signIn',
  params: connectionInPath,
  body: z.strictObject({ logout_token: z.string() }),
  consumes: ['application/x-www-form-urlencoded'],
  status: 200,
  audit: 'session.ended-by-provider',
  problems: ['not-found', 'sign-in-invalid', 'temporarily-unavailable'],
  uses: ['fieldKey:use', 'function:fetch-public:call', 'outside:address'],
});
