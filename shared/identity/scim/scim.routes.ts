import * as z from 'zod';
import { id } from '#kernel/fields.ts';
import { TENANT_TYPES } from '#kernel/roles.ts';
import { route } from '#platform/http/route.ts';

const MEDIA_TYPES = ['application/scim+json', 'application/json'] as const;

/** SCIM (RFC 7643, 7644). Requests are read by the fixed tables of `attributes.ts`; others' attributes are ignored. */
const Message = z.looseObject({}).meta({ openapi: { type: 'object', additionalProperties: true } });
const Answer = z.looseObject({}).meta({ openapi: { type: 'object', additionalProperties: true } });
const idOfPath = z.strictObject({ id });

/** The flag that Entra ID adds to addresses, if its administrator asks for requests by the letter of RFC 7644: it is how we read them anyway. */
const flags = { aadOptscim062020: z.string().max(20).optional() };

const shared = {
  roles: ['DIRECTORY'],
  tenants: TENANT_TYPES,
  produces: MEDIA_TYPES,
  limit: 'provisioning',
  query: z.strictObject(flags),
} as const;
const reading = { ...shared, method: 'GET', status: 200, response: Answer, uses: [] } as const;
const writing = {
  ...shared,
  body: Message,
  consumes: MEDIA_TYPES,
  // A repetition finds what is there: names are unique.
  idempotency: 'none',
  uses: ['eventBus:put'],
} as const;

/** A whole number as words of a query have it: SCIM reads what is less than the least as that. */
const count = z
  .string()
  .regex(/^-?\d{1,9}$/, 'must be a whole number')
  .transform(Number)
  .optional();
const attributes = z.string().max(1_000).optional();
const one = z.strictObject({ ...flags, attributes, excludedAttributes: attributes });
const listing = z.strictObject({
  ...flags,
  filter: z.string().max(1_024, 'must have at most 1024 characters').optional(),
  startIndex: count,
  count,
  attributes,
  excludedAttributes: attributes,
  sortBy: z.string().max(100).optional(),
  sortOrder: z.string().max(20).optional(),
});

/** The words of a search are ignored where there is nothing to search (RFC 7644, 4), but for a filter, whose asker would take the answer for what it finds. */
const discovering = { ...reading, query: listing } as const;

export const getScimConfig = route({
  operationId: 'getScimConfig',
  path: '/scim/v2/ServiceProviderConfig',
  summary: 'Get what this SCIM service can do',
  ...discovering,
  problems: [],
});

export const listScimResourceTypes = route({
  operationId: 'listScimResourceTypes',
  path: '/scim/v2/ResourceTypes',
  summary: 'List the types of SCIM resources',
  ...discovering,
  problems: [],
});

export const listScimSchemas = route({
  operationId: 'listScimSchemas',
  path: '/scim/v2/Schemas',
  summary: 'List the SCIM schemas',
  ...discovering,
  problems: [],
});

export const getScimResourceType = route({
  operationId: 'getScimResourceType',
  path: '/scim/v2/ResourceTypes/{type}',
  summary: 'Get a type of SCIM resources',
  ...reading,
  query: one,
  params: z.strictObject({ type: z.string().max(100) }),
  problems: ['not-found'],
});

export const getScimSchema = route({
  operationId: 'getScimSchema',
  path: '/scim/v2/Schemas/{schema}',
  summary: 'Get a SCIM schema',
  ...reading,
  query: one,
  params: z.strictObject({ schema: z.string().max(200) }),
  problems: ['not-found'],
});

export const createScimUser = route({
  operationId: 'createScimUser',
  method: 'POST',
  path: '/scim/v2/Users',
  summary: 'Provision a user',
  description:
    'The user has the role EMPLOYEE until a group gives another, no password, and signs in at the identity provider that knows them by their `externalId`.',
  ...writing,
  example: {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ada@acme.example',
    externalId: '00u1a2b3c4d5e6f7g8h9',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [{ value: 'ada@acme.example', type: 'work', primary: true }],
    active: true,
  },
  status: 201,
  location: '/scim/v2/Users/{id}',
  response: Answer,
  audit: 'directory-user.created',
  problems: ['user-exists'],
});

export const listScimUsers = route({
  operationId: 'listScimUsers',
  path: '/scim/v2/Users',
  summary: 'List or search users',
  ...reading,
  query: listing,
  discloses: true,
  problems: [],
});

export const getScimUser = route({
  operationId: 'getScimUser',
  path: '/scim/v2/Users/{id}',
  summary: 'Get a user',
  ...reading,
  params: idOfPath,
  query: one,
  problems: ['not-found'],
});

const ofUser = {
  ...writing,
  params: idOfPath,
  status: 200,
  response: Answer,
  audit: 'directory-user.updated',
  problems: ['not-found', 'user-exists', 'last-admin'],
} as const;

export const replaceScimUser = route({
  operationId: 'replaceScimUser',
  method: 'PUT',
  path: '/scim/v2/Users/{id}',
  summary: 'Replace what the directory says of a user',
  ...ofUser,
  example: { ...createScimUser.example, userName: 'grace@acme.example', externalId: '00u9h8g7f6e5d4c3b2a1' },
});

export const patchScimUser = route({
  operationId: 'patchScimUser',
  method: 'PATCH',
  path: '/scim/v2/Users/{id}',
  summary: 'Change what the directory says of a user',
  description:
    '`active: false` ends the user’s sessions with their next request. Nobody’s sign-in address changes by the directory. A user with the role ADMIN, COMPLIANCE or OPS returns once a second person has approved it.',
  ...ofUser,
  example: {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'active', value: false }],
  },
});

export const deleteScimUser = route({
  operationId: 'deleteScimUser',
  method: 'DELETE',
  path: '/scim/v2/Users/{id}',
  summary: 'Disable a user, whom the directory no longer sees',
  ...shared,
  params: idOfPath,
  status: 204,
  audit: 'directory-user.deleted',
  problems: ['not-found', 'last-admin'],
  uses: ['eventBus:put'],
});

export const createScimGroup = route({
  operationId: 'createScimGroup',
  method: 'POST',
  path: '/scim/v2/Groups',
  summary: 'Make a group',
  description:
    'The groups `vestry-admin`, `vestry-compliance`, `vestry-ops` and `vestry-employee` give their members the role; any other gives nothing. ADMIN, COMPLIANCE and OPS wait for a second person: until then the member is in the group without the role.',
  ...writing,
  example: {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'vestry-ops',
  },
  status: 201,
  location: '/scim/v2/Groups/{id}',
  response: Answer,
  audit: 'directory-group.created',
  problems: ['conflict', 'last-admin'],
});

export const listScimGroups = route({
  operationId: 'listScimGroups',
  path: '/scim/v2/Groups',
  summary: 'List or search groups',
  ...reading,
  query: listing,
  discloses: true,
  problems: [],
});

export const getScimGroup = route({
  operationId: 'getScimGroup',
  path: '/scim/v2/Groups/{id}',
  summary: 'Get a group',
  ...reading,
  params: idOfPath,
  query: one,
  problems: ['not-found'],
});

const ofGroup = {
  ...writing,
  params: idOfPath,
  status: 200,
  response: Answer,
  audit: 'directory-group.updated',
  problems: ['not-found', 'conflict', 'last-admin'],
} as const;

export const replaceScimGroup = route({
  operationId: 'replaceScimGroup',
  method: 'PUT',
  path: '/scim/v2/Groups/{id}',
  summary: 'Replace a group and its members',
  ...ofGroup,
  example: { ...createScimGroup.example, displayName: 'vestry-compliance' },
});

export const patchScimGroup = route({
  operationId: 'patchScimGroup',
  method: 'PATCH',
  path: '/scim/v2/Groups/{id}',
  summary: 'Change a group or its members',
  ...ofGroup,
  example: {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'displayName', value: 'vestry-employee' }],
  },
});

export const deleteScimGroup = route({
  operationId: 'deleteScimGroup',
  method: 'DELETE',
  path: '/scim/v2/Groups/{id}',
  summary: 'Delete a group; its members lose the role that it gave',
  ...shared,
  params: idOfPath,
  status: 204,
  audit: 'directory-group.deleted',
  problems: ['not-found', 'last-admin'],
  uses: ['eventBus:put'],
});
