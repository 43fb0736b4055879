import type { APIGatewayProxyEvent } from 'aws-lambda';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId, UserId } from '#kernel/ids.ts';
import type { KeyBounds } from '#kernel/key-bounds.ts';
import type { Errand, ReadTenant } from '#kernel/read-tenant.ts';
import type { Role, TenantType } from '#kernel/roles.ts';
import type { RouteSpec } from './route.ts';

/**
 * The caller, as the authorizer read it from a verified token. The database compares it with what it knows in the first round trip
 * of every request.
 */
export interface Principal {
  readonly tenantId: TenantId;
  readonly tenantType: TenantType;
  readonly actorId: UserId;
  readonly actorRole: Role;
  readonly sessionId: string;
  readonly employeeId: string | undefined;
  /** The bounds of an API key; absent where a person calls. */
  readonly key?: KeyBounds | undefined;
  /** The platform's own tenant, of an operator who reads another one; absent otherwise. */
  readonly actorTenantId?: TenantId;
  /** The reason of an operator who acts for a suspended tenant; absent of one who reads. */
  readonly acts?: Errand;
}

/** The context that the authorizer hands to functions, in flat strings. */
export interface AuthorizerContext {
  readonly tid: string;
  readonly tenantType: string;
  readonly sub: string;
  readonly sid: string;
  readonly role: string;
  readonly exp: string;
  readonly employeeId?: string;
  /** The bounds of an API key, as JSON. */
  readonly key?: string;
  /** The tenant that an operator reads, as JSON. */
  readonly reads?: string;
}

/** Returns whom the authorizer's verdict names, whether or not they may still do anything. */
export function principalOf(event: APIGatewayProxyEvent): Principal | undefined {
  const context = event.requestContext.authorizer as AuthorizerContext | null | undefined;
  if (!context?.sub || !context.sid) return undefined;
  const tenantId = context.tid as TenantId;
  return {
    tenantId,
    tenantType: context.tenantType as TenantType,
    actorId: context.sub as UserId,
    actorRole: context.role as Role,
    sessionId: context.sid,
    employeeId: context.employeeId,
    ...(context.key === undefined ? {} : { key: JSON.parse(context.key) as KeyBounds }),
    ...(context.reads === undefined
      ? {}
      : { ...(JSON.parse(context.reads) as ReadTenant), actorTenantId: tenantId }),
  };
}

/**
 * Reads who calls from the authorizer's verdict.
 * @throws DomainError `unauthenticated`
 */
export function authenticate(
  route: RouteSpec,
  event: APIGatewayProxyEvent,
  headers: Map<string, string[]>,
): Principal | undefined {
  if (route.roles === 'PUBLIC') return undefined;
  const context = event.requestContext.authorizer as AuthorizerContext | null | undefined;
  // The gateway may remember a token's verdict for a minute; an expired token is refused here all the same.
  const expired = context?.exp === undefined || Number(context.exp) * 1000 < Date.now();
  const principal = principalOf(event);
  if (principal === undefined || expired || (headers.get('authorization')?.length ?? 0) !== 1) {
    throw new DomainError('unauthenticated', 'Send one Authorization header with a valid access token.');
  }
  return principal;
}

/**
 * Checks the caller against the route, which declares who may call it.
 * @throws DomainError `forbidden`
 */
export async function authorize(route: RouteSpec, caller: Principal, address: string): Promise<void> {
  if (caller.actorTenantId !== undefined)
    return (await import('./break-glass.ts')).requireOpened(route, caller);
  const allowed =
    (route.roles as readonly Role[]).includes(caller.actorRole) &&
    (route.tenants === undefined || route.tenants.includes(caller.tenantType));
  if (!allowed) throw new DomainError('forbidden', 'This operation requires another role or type of tenant.');
  if (caller.key === undefined) return;
  // Loaded for keys alone.
  const { requireWithinBounds } = await import('./key-bounds.ts');
  requireWithinBounds(route, caller.key, address);
}
