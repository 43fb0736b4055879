import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { DomainError } from '#kernel/domain-error.ts';
import type { Errand } from '#kernel/read-tenant.ts';
import { type TenantType, USER_ROLES } from '#kernel/roles.ts';
import type { Actor } from '#platform/db/tenant-tx.ts';
import { maskPayload } from '#platform/observability/mask.ts';
import { enterOnceAMinute } from './once-a-minute.ts';
import type { RouteSpec } from './route.ts';

/** The roles in whose place an operator reads: not EMPLOYEE, who reads what is their own. */
const STANDS_FOR = USER_ROLES.filter((role) => role !== 'EMPLOYEE');

/**
 * Refuses an operator whatever the token of a tenant doesn't open: it reads its records, and acts where it says so.
 * @throws DomainError `forbidden`
 */
export function requireOpened(
  route: RouteSpec,
  { acts, tenantType }: { readonly acts?: Errand; readonly tenantType: TenantType },
): void {
  const isOfItsType = route.tenants === undefined || route.tenants.includes(tenantType);
  if (acts !== undefined && route.forSuspended === true && isOfItsType) return;
  requireReadable(route, { tenantType });
}

function requireReadable(route: RouteSpec, { tenantType }: { readonly tenantType: TenantType }): void {
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
 * Returns what an operator sees of an answer. What is fetched for a suspended tenant is shown as it is, since its link is what is handed over:
 * it enters that itself, as a transaction does what was done. Everything else is masked.
 * @throws DomainError as {@link readMasked}
 */
export async function asSeen(
  answered: APIGatewayProxyResult,
  of: { event: APIGatewayProxyEvent; route: RouteSpec; actor: Actor },
): Promise<APIGatewayProxyResult> {
  if (of.actor.acts === undefined || of.route.forSuspended !== true) return readMasked(answered, of);
  return of.route.audit === undefined ? answered : masked(answered);
}

/**
 * Masks what an operator reads of a tenant as the trail is masked, and enters in the tenant's trail that it was read: once a minute
 * for each record. What can't be entered isn't answered.
 * @throws DomainError `forbidden` for files, which can't be masked; `temporarily-unavailable`
 */
async function readMasked(
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
  return masked(answered);
}

function masked(answered: APIGatewayProxyResult): APIGatewayProxyResult {
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
