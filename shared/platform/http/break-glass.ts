import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { DomainError } from '#kernel/domain-error.ts';
import { type TenantType, USER_ROLES } from '#kernel/roles.ts';
import type { Actor } from '#platform/db/tenant-tx.ts';
import { maskPayload } from '#platform/observability/mask.ts';
import { enterOnceAMinute } from './once-a-minute.ts';
import type { RouteSpec } from './route.ts';

/** The roles in whose place an operator reads: not EMPLOYEE, who reads what is their own. */
const STANDS_FOR = USER_ROLES.filter((role) => role !== 'EMPLOYEE');

/**
 * Refuses an operator who reads a tenant whatever isn't a read of its records.
 * @throws DomainError `forbidden`
 */
export function requireReadable(route: RouteSpec, { tenantType }: { readonly tenantType: TenantType }): void {
  const { audit, method, path, roles, tenants } = route;
  const readable =
    method === 'GET' &&
    audit === undefined &&
    // The caller's own account is the platform's.
    !/^\/me(\/|$)/.test(path) &&
    roles !== 'PUBLIC' &&
    STANDS_FOR.some((role) => roles.includes(role)) &&
    (tenants === undefined || tenants.includes(tenantType));
  if (!readable)
    throw new DomainError(
      'forbidden',
      'A token of POST /operations/break-glass reads a tenant’s records, and does nothing else.',
    );
}

/** Fields that the trail doesn’t have: presigned URLs, which would hand out what they lead to, and free text. */
const HIDDEN = /(^|_)(url|note|comment|description|display_name|user_name)$/i;
const JSON_TYPE = /^application\/json/;

/**
 * Masks what an operator reads of a tenant as the trail is masked, and enters in the tenant's trail that it was read: once a minute
 * for each record. What can't be entered isn't answered.
 * @throws DomainError `forbidden` for files, which can't be masked; `temporarily-unavailable`
 */
export async function readMasked(
  answered: APIGatewayProxyResult,
  { event, route, actor }: { event: APIGatewayProxyEvent; route: RouteSpec; actor: Actor },
): Promise<APIGatewayProxyResult> {
  const type = String(answered.multiValueHeaders?.['content-type']?.[0] ?? '');
  if (answered.body !== '' && !JSON_TYPE.test(type))
    throw new DomainError('forbidden', 'A file can’t be masked: ask for application/json.');
  const resource = resourceOf(route, event);
  await enterOnceAMinute(actor, {
    action: 'break-glass.read',
    resource,
    payload: { operation: route.operationId },
  });
  if (answered.body === '') return answered;
  return { ...answered, body: JSON.stringify(withoutHidden(maskPayload(JSON.parse(answered.body)))) };
}

/** Returns the path with its parameters, such as `shareholders/<id>/dividends`. */
function resourceOf({ path }: RouteSpec, { pathParameters }: APIGatewayProxyEvent): string {
  return path.slice(1).replace(/\{(\w+)\}/g, (_, name: string) => pathParameters?.[name] ?? '');
}

function withoutHidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHidden);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      HIDDEN.test(key) && item !== null ? '***' : withoutHidden(item),
    ]),
  );
}
