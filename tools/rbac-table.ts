import { publicPath } from '#contracts/api-paths.ts';
import type { AuditAction } from '#contracts/audit-actions.ts';
import { type Role, USER_ROLES } from '#kernel/roles.ts';
import type { RouteEntry } from '../shared/routes.ts';
import { inReadingOrder, tenantTypesOf } from './openapi-document.ts';
import { tagOf } from './openapi-tags.ts';

const ROLES: readonly Role[] = [...USER_ROLES, 'DIRECTORY', 'OPERATOR'];
const YES = '✓';
const FOR_SUSPENDED = '(✓)';

const INTRODUCTION = `# Who may do what

\`npm run rbac\` writes this file from the route table, which the platform enforces: a caller needs a role with a ✓
and a tenant of a named type. A refusal is answered with 403 and recorded in the caller's audit trail. No role can reach rows of other
tenants. The last column is the entry that a change, or a read of many people's data, adds to the audit trail. What has a (✓) for OPERATOR can be called
for a suspended tenant, by a token of \`POST /operations/break-glass\` that acts.
`;

const HEADER = ['Operation', 'Tenants', ...ROLES, 'Audit entry'];

/** Builds `docs/rbac.md`. */
export function rbacDocument(routes: readonly RouteEntry[]): string {
  const ordered = inReadingOrder(routes);
  const guarded = Map.groupBy(
    ordered.filter(({ roles }) => roles !== 'PUBLIC'),
    ({ group }) => group,
  );
  const sections = [...guarded].map(([group, routes]) => section(tagOf(group).name, routes));
  const open = ordered.filter(({ roles }) => roles === 'PUBLIC').map((route) => `- ${operation(route)}`);
  return `${[INTRODUCTION, ...sections, `## Open to everyone\n\n${open.join('\n')}`].join('\n').trimEnd()}\n`;
}

function section(title: string, routes: readonly RouteEntry[]): string {
  const rows = [HEADER, HEADER.map(() => '---'), ...routes.map(row)];
  return `## ${title}\n\n${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function row(route: RouteEntry): string[] {
  return [
    operation(route),
    tenantTypesOf(route).join(', '),
    ...ROLES.map((role) => markOf(route, role)),
    entryOf(route),
  ];
}

function markOf(route: RouteEntry, role: Role): string {
  if (route.roles.includes(role)) return YES;
  return role === 'OPERATOR' && route.forSuspended === true ? FOR_SUSPENDED : '';
}

function operation(route: RouteEntry): string {
  return `\`${route.method} ${publicPath(route)}\` ${route.summary}`;
}

function entryOf({ audit, discloses }: RouteEntry): string {
  const action =
    audit ?? (discloses === undefined ? undefined : ('personal-data.read' satisfies AuditAction));
  return action === undefined ? '' : `\`${action}\``;
}
