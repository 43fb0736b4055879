import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instantOut, text } from '#kernel/fields.ts';
import { USER_ROLES } from '#kernel/roles.ts';
import { route } from '#platform/http/route.ts';

const STATUSES = ['DRAFT', 'ACTIVE', 'DISABLED'] as const;
const AUTHENTICATIONS = ['SECRET', 'PRIVATE_KEY'] as const;
const SUBJECT_CLAIMS = ['sub', 'oid'] as const;
const KINDS = ['OIDC', 'SAML'] as const;
const MAX_CERTIFICATES = 4;
const MAX_METADATA = 256 * 1024;
const MAX_MAPPINGS = 50;
const MAX_SCOPES = 20;

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

const mapping = z.strictObject({
  claim: text(200),
  value: text(500),
  role: oneOf(USER_ROLES),
});

const roleMap = z
  .array(mapping, 'must be a list of {claim, value, role}')
  .min(1, 'must map a claim to a role: nobody could sign in')
  .max(MAX_MAPPINGS, `must have at most ${MAX_MAPPINGS} entries`)
  .refine(
    (entries) =>
      new Set(entries.map(({ claim, value }) => JSON.stringify([claim, value]))).size === entries.length,
    'must name each value of a claim once',
  );

const scopes = z
  .array(
    z
      .string('must be a string')
      .max(100, 'must have at most 100 characters')
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be a scope, without spaces'),
  )
  .max(MAX_SCOPES, `must have at most ${MAX_SCOPES} entries`)
  .refine((names) => names.includes('openid'), 'must contain openid');

/** A word of OpenID Connect's `acr`, or of Entra ID's `acrs`. */
const authenticationContext = z
  .string('must be a string')
  .min(1, 'must not be empty')
  .max(200, { error: 'must have at most 200 characters', abort: true })
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be printable ASCII, without spaces, quotes and backslashes')
  .nullable();

const issuer = text(500);
const clientSecret = z
  .string('must be a string')
  .min(1, 'must not be empty')
  .max(500, { error: 'must have at most 500 characters', abort: true })
  .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII');

/** A SAML provider, as its metadata describe it or field by field. */
const samlFields = {
  metadata_xml: z
    .string('must be a string')
    .min(1, 'must not be empty')
    .max(MAX_METADATA, `must have at most ${MAX_METADATA} characters`)
    .optional(),
  sso_url: text(1_000).optional(),
  certificates: z
    .array(
      z
        .string('must be a string')
        .min(1, 'must not be empty')
        .max(8_192, 'must have at most 8192 characters'),
    )
    .min(1, 'must have a certificate')
    .max(MAX_CERTIFICATES, `must have at most ${MAX_CERTIFICATES} entries`)
    .optional(),
  idp_initiated: z.boolean('must be true or false').optional(),
};

const Certificate = z.object({
  /** The SHA-256 fingerprint, as providers show it. */
  fingerprint: z.string(),
  subject: z.string(),
  not_before: instantOut,
  not_after: instantOut,
  pem: z.string(),
});

export const Connection = z.object({
  id: idOut,
  tenant_id: idOut,
  kind: z.enum(KINDS),
  name: z.string(),
  issuer: z.string(),
  /** The client at an OpenID provider; null for SAML. */
  client_id: z.string().nullable(),
  client_authentication: z.enum(AUTHENTICATIONS),
  /** The key to register with the provider where the client signs (`PRIVATE_KEY`); null where it has a secret. */
  public_jwk: z
    .looseObject({})
    .nullable()
    .meta({ openapi: { type: ['object', 'null'], additionalProperties: true } }),
  scopes: z.array(z.string()),
  /** Keys users: `sub`, or `tid` and `oid` together, as Entra ID recommends. */
  subject_claim: z.enum([...SUBJECT_CLAIMS, 'NameID']),
  employee_id_claim: z.string().nullable(),
  /** The authentication context that an OpenID provider is asked for, and that proves a second factor where its ID token has it. */
  authentication_context: z.string().nullable(),
  role_map: z.array(z.object({ claim: z.string(), value: z.string(), role: z.enum(USER_ROLES) })),
  status: z.enum(STATUSES),
  /** A test sign-in has succeeded at this instant; null since the provider or the client has changed. */
  tested_at: instantOut.nullable(),
  /** The address of a SAML provider to which browsers bring requests, and the certificates by which its answers are verified. */
  sso_url: z.string().nullable(),
  certificates: z.array(Certificate),
  /** Whether a sign-in may begin at the SAML provider. */
  idp_initiated: z.boolean(),
  /** Register these with an OpenID provider. */
  redirect_uri: z.string().nullable(),
  backchannel_logout_uri: z.string().nullable(),
  /** Register these with a SAML provider; the metadata have both, and the key by which requests are signed. */
  entity_id: z.string().nullable(),
  acs_uri: z.string().nullable(),
  metadata_uri: z.string().nullable(),
  /** A browser signs in here. */
  start_uri: z.string(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  updated_at: instantOut,
});

export const ConnectionTest = z.object({
  id: idOut,
  connection_id: idOut,
  started_by: idOut,
  outcome: z.enum(['ADMITTED', 'REFUSED']),
  /** The role that the sign-in would give. */
  role: z.enum(USER_ROLES).nullable(),
  /** The reason for which it would be refused, as a code and a sentence. */
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  received: z.looseObject({}).meta({ openapi: { type: 'object', additionalProperties: true } }),
  tested_at: instantOut,
});

const tenants = ['ISSUER', 'SPONSOR'] as const;
const writer = { tenants, roles: ['ADMIN'] } as const;
const reader = { tenants, roles: ['ADMIN', 'COMPLIANCE'] } as const;

export const createConnection = route({
  operationId: 'createConnection',
  method: 'POST',
  path: '/connections',
  summary: 'Connect an identity provider',
  description:
    'A connection is created, as a DRAFT, when a second person has approved it. `POST /connections/{id}/test` tries it; only a connection whose test has succeeded can be made ACTIVE. Users are recognised by the issuer and their subject there, never by an email. The first entry of `role_map` that matches gives the role; where none does, the sign-in is refused. With `authentication_context` the provider is asked to authenticate people in that context (`acr_values`, or Entra ID’s `acrs` where `subject_claim` is `oid`), and an ID token that has it proves a second factor. With `client_authentication` PRIVATE_KEY the platform makes a key, whose `public_jwk` is registered with the provider. A SAML provider is given as `metadata_xml`, or as `issuer`, `sso_url` and `certificates`; its answers must have a signed assertion, and `idp_initiated` lets a sign-in begin there.',
  ...writer,
  body: z.strictObject({
    kind: oneOf(KINDS),
    name: text(100),
    issuer: issuer.optional(),
    client_id: text(200).optional(),
    client_authentication: oneOf(AUTHENTICATIONS).optional(),
    client_secret: clientSecret.optional(),
    scopes: scopes.optional(),
    subject_claim: oneOf(SUBJECT_CLAIMS).optional(),
    authentication_context: authenticationContext.optional(),
    ...samlFields,
    employee_id_claim: text(200).nullable().optional(),
    role_map: roleMap,
  }),
  example: {
    kind: 'OIDC',
    name: 'Okta',
    issuer: 'https://acme.okta.com',
    client_id: '0oa1b2c3d4e5f6g7h8i9',
    client_secret: 'a-secret-that-the-provider-has-made',
    scopes: ['openid', 'profile', 'email', 'groups'],
    role_map: [{ claim: 'groups', value: 'vestry-ops', role: 'OPS' }],
  },
  status: 202,
  location: '/approvals/{id}',
  response: ChangeRequest,
  concurrency: 'etag',
  // An answer that is kept would be bound to the secret in its request.
  idempotency: 'none',
  audit: 'change.requested',
  problems: ['second-factor-required', 'connection-exists', 'conflict'],
  uses: [
    'fieldKey:use',
    'function:fetch-public:call',
    'outside:address',
    'eventBus:put',
    'secondFactor:demand',
  ],
});

export const listConnections = route({
  operationId: 'listConnections',
  method: 'GET',
  path: '/connections',
  summary: 'List the identity providers of the tenant',
  ...reader,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(Connection),
  problems: [],
  uses: ['publicAddress:know'],
});

export const getConnection = route({
  operationId: 'getConnection',
  method: 'GET',
  path: '/connections/{id}',
  summary: 'Get a connection',
  ...reader,
  params: idInPath,
  status: 200,
  response: Connection,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: ['publicAddress:know'],
});

export const updateConnection = route({
  operationId: 'updateConnection',
  method: 'PATCH',
  path: '/connections/{id}',
  summary: 'Change a connection, switch it on or off',
  description:
    'A new name, and DISABLED, take effect at once; DISABLED ends the sessions that the connection began. Every other change, ACTIVE too, waits for a second person. Another issuer, client or way of recognising users, or certificates none of which was there before, make the connection a DRAFT again, which has to be tested anew.',
  ...writer,
  params: idInPath,
  body: z
    .strictObject({
      name: text(100).optional(),
      issuer: issuer.optional(),
      client_id: text(200).optional(),
      client_authentication: oneOf(AUTHENTICATIONS).optional(),
      client_secret: clientSecret.optional(),
      scopes: scopes.optional(),
      subject_claim: oneOf(SUBJECT_CLAIMS).optional(),
      authentication_context: authenticationContext.optional(),
      ...samlFields,
      employee_id_claim: text(200).nullable().optional(),
      role_map: roleMap.optional(),
      status: oneOf(['ACTIVE', 'DISABLED']).optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'must change something'),
  example: { status: 'DISABLED' },
  status: 200,
  response: Connection,
  concurrency: 'if-match',
  waiting: ChangeRequest,
  audit: 'connection.updated',
  problems: [
    'second-factor-required',
    'not-found',
    'connection-exists',
    'connection-untested',
    'change-pending',
    'precondition-failed',
    'precondition-required',
  ],
  uses: [
    'fieldKey:use',
    'function:fetch-public:call',
    'outside:address',
    'publicAddress:know',
    'eventBus:put',
    'secondFactor:demand',
  ],
});

export const deleteConnection = route({
  operationId: 'deleteConnection',
  forSuspended: true,
  method: 'DELETE',
  path: '/connections/{id}',
  summary: 'Delete a connection, and end the sessions that it began',
  ...writer,
  params: idInPath,
  status: 204,
  concurrency: 'if-match-honoured',
  audit: 'connection.deleted',
  problems: ['not-found', 'precondition-failed'],
  uses: ['eventBus:put'],
});

export const testConnection = route({
  operationId: 'testConnection',
  method: 'POST',
  path: '/connections/{id}/test',
  summary: 'Begin a test sign-in',
  description:
    'Open `start_uri` in a browser within ten minutes and sign in at the provider. The page that follows, and `GET /connections/{id}/tests`, tell what was received and which role it would give. Nobody is signed in, and no user is created.',
  ...writer,
  params: idInPath,
  status: 201,
  response: z.object({ start_uri: z.string(), expires_at: instantOut, version: z.number().int() }),
  concurrency: 'if-match-honoured',
  // It begins anew each time.
  idempotency: 'none',
  audit: 'connection.test-started',
  problems: ['not-found'],
  uses: ['fieldKey:use', 'publicAddress:know'],
});

export const listConnectionTests = route({
  operationId: 'listConnectionTests',
  method: 'GET',
  path: '/connections/{id}/tests',
  summary: 'List the results of test sign-ins, the newest first',
  ...reader,
  params: idInPath,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(ConnectionTest),
  problems: ['not-found'],
  uses: [],
});
