import { TENANT_TYPES } from '../shared/kernel/roles.ts';
import { isForPeople } from '../shared/platform/http/for-people.ts';
import { routes } from '../shared/routes.ts';
import { generate } from './generated-file.ts';
import { isPublished } from './openapi-document.ts';

/**
 * `npm run key-operations`: every operation of the API, with the roles and the types of tenant whose API keys may call it. The function that makes
 * keys reads this list: the route table itself is too long for it.
 */

const entries = routes
  .filter(isPublished)
  .map((route) => {
    const roles = route.roles === 'PUBLIC' || isForPeople(route) ? [] : route.roles;
    return [route.operationId, { roles, tenants: route.tenants ?? TENANT_TYPES }] as const;
  })
  .sort(([a], [b]) => (a < b ? -1 : 1));

const content = `// Written by \`npm run key-operations\`.

/** Those who may call an operation; nobody with an API key where there are no roles. */
export interface Callers {
  readonly roles: readonly string[];
  readonly tenants: readonly string[];
}

export const KEY_OPERATIONS: Readonly<Record<string, Callers>> = {
${entries.map(([name, callers]) => `  ${name}: ${JSON.stringify(callers)},`).join('\n')}
};
`;

generate('shared/generated/key-operations.ts', content, 'npm run key-operations');
