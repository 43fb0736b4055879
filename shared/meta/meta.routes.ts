import * as z from 'zod';
import { PASSWORD_PAGE_PATH } from '#contracts/api-paths.ts';
import { problemRegistry } from '#contracts/problems.ts';
import { route } from '#platform/http/route.ts';
import { DOCS_ASSETS } from './docs-assets.ts';

/** The declaration that all routes about the platform share. They don't use the database, so that they answer without it. */
const open = {
  method: 'GET',
  base: 'root',
  roles: 'PUBLIC',
  status: 200,
  uses: [],
  database: false,
} as const;

/** People follow links with parameters that others have added; the API's own strictness is no help to them. */
const anyQuery = z.object({});

export const getHome = route({
  ...open,
  operationId: 'getHome',
  path: '/',
  summary: 'Get the home page',
  description: 'It says what runs here, and links to this documentation.',
  query: anyQuery,
  response: z.string(),
  produces: ['text/html'],
  problems: [],
});

export const getPasswordPage = route({
  ...open,
  operationId: 'getPasswordPage',
  path: PASSWORD_PAGE_PATH,
  summary: 'Get the page on which people set their password',
  description:
    'Links in mails lead to it. What they let in by stands behind `#`, and so reaches no server but by the form.',
  query: anyQuery,
  response: z.string(),
  produces: ['text/html'],
  problems: [],
});

export const getDocs = route({
  ...open,
  operationId: 'getDocs',
  path: '/docs',
  summary: 'Get this documentation',
  description: 'The contract as a page on which requests can be tried.',
  query: anyQuery,
  response: z.string(),
  produces: ['text/html'],
  problems: [],
});

export const getDocsAsset = route({
  ...open,
  operationId: 'getDocsAsset',
  path: '/docs/{asset}',
  summary: 'Get an asset of the documentation',
  description: 'Scripts and styles of the page; nothing is loaded from elsewhere.',
  params: z.object({
    asset: z.string().meta({ openapi: { type: 'string', enum: Object.keys(DOCS_ASSETS) } }),
  }),
  response: z.string(),
  produces: ['text/javascript', 'text/css', 'text/plain'],
  problems: ['not-found'],
});

export const getProblem = route({
  ...open,
  operationId: 'getProblem',
  path: '/problems/{slug}',
  summary: 'Read what a problem means',
  description:
    'The page to which the `type` of a problem leads: what causes it, and what to do about it. The `detail` of an answer says it of that request.',
  params: z.object({
    slug: z.string().meta({ openapi: { type: 'string', enum: Object.keys(problemRegistry) } }),
  }),
  query: anyQuery,
  response: z.string(),
  produces: ['text/html'],
  problems: ['not-found'],
});

export const getOpenapi = route({
  ...open,
  operationId: 'getOpenapi',
  path: '/openapi.json',
  summary: 'Get the contract of the API as OpenAPI 3.1',
  description: 'The document that this page shows, for generators of clients.',
  response: z.record(z.string(), z.unknown()),
  problems: [],
});

export const getHealth = route({
  ...open,
  operationId: 'getHealth',
  path: '/health',
  summary: 'Check that the platform answers',
  description:
    'This is a liveness check only: it does not look at the database, so that a probe never restarts a healthy function.',
  response: z.object({ status: z.literal('ok') }),
  problems: [],
});

export const getSecurityTxt = route({
  ...open,
  operationId: 'getSecurityTxt',
  path: '/.well-known/security.txt',
  summary: 'Get the contact for reports of weaknesses',
  description: 'The file is that of RFC 9116.',
  query: anyQuery,
  response: z.string(),
  produces: ['text/plain'],
  problems: [],
  uses: ['security:contact'],
});
