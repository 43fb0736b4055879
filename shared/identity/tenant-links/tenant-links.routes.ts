import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instantOut, text } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

export const TenantLink = z.object({
  id: idOut,
  tenant_id: idOut,
  sponsor: z.string(),
  status: z.enum(['ACTIVE', 'REVOKED']),
  revoked_at: instantOut.nullable(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

const issuer = { tenants: ['ISSUER'] } as const;

export const createTenantLink = route({
  operationId: 'createTenantLink',
  method: 'POST',
  path: '/tenant-links',
  summary: 'Let a sponsor name holders of record in its plans',
  description:
    'The sponsor, identified by its slug, can find out whether an id that it already has is an active holder, and nothing else about the register.',
  ...issuer,
  roles: ['ADMIN'],
  body: z.strictObject({ sponsor: text(40) }),
  example: { sponsor: 'globex' },
  status: 201,
  location: '/tenant-links/{id}',
  response: TenantLink,
  concurrency: 'etag',
  audit: 'tenant-link.granted',
  problems: ['tenant-link-exists'],
  uses: [],
});

export const listTenantLinks = route({
  operationId: 'listTenantLinks',
  method: 'GET',
  path: '/tenant-links',
  summary: 'List the links to sponsors',
  ...issuer,
  roles: ['ADMIN', 'COMPLIANCE'],
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(TenantLink),
  problems: [],
  uses: [],
});

export const getTenantLink = route({
  operationId: 'getTenantLink',
  method: 'GET',
  path: '/tenant-links/{id}',
  summary: 'Get a link to a sponsor',
  ...issuer,
  roles: ['ADMIN', 'COMPLIANCE'],
  params: idInPath,
  status: 200,
  response: TenantLink,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const revokeTenantLink = route({
  operationId: 'revokeTenantLink',
  forSuspended: true,
  method: 'DELETE',
  path: '/tenant-links/{id}',
  summary: 'Revoke a link',
  description: 'Plans that already name a holder keep the holder. Revoking a link again changes nothing.',
  ...issuer,
  roles: ['ADMIN'],
  params: idInPath,
  status: 204,
  concurrency: 'if-match-honoured',
  audit: 'tenant-link.revoked',
  problems: ['not-found'],
  uses: [],
});
