import type { APIGatewayProxyEvent } from 'aws-lambda';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId, UserId } from '#kernel/ids.ts';
import type { Role, TenantType } from '#kernel/roles.ts';
import { recordAudit } from '#platform/db/tenant-tx.ts';
import type { RouteSpec } from './route.ts';

/** The caller, as the authorizer read it from a verified token. */
export interface Principal {
  readonly tenantId: TenantId;
  readonly tenantType: TenantType;
  readonly actorId: UserId;
  readonly actorRole: Role;
  readonly employeeId: string | undefined;
}

/** The context that the authorizer hands to functions, in flat strings. */
export interface AuthorizerContext {
  readonly tid: string;
  readonly tenantType: string;
  readonly sub: string;
  readonly role: string;
  readonly exp: string;
  readonly employeeId?: string;
}

/**
 * Checks the caller against the route, which declares who may call it. A refusal is written to the caller's audit
 * trail.
 * @throws DomainError `unauthenticated`, `forbidden`
 */
export async function authorize(
  route: RouteSpec,
  event: APIGatewayProxyEvent,
  headers: Map<string, string[]>,
  requestId: string,
): Promise<Principal | undefined> {
  if (route.roles === 'PUBLIC') return undefined;
  const context = event.requestContext.authorizer as AuthorizerContext | null | undefined;
  // The gateway may remember a token's verdict for a minute; an expired token is refused here all the same.
  const expired = context?.exp === undefined || Number(context.exp) * 1000 < Date.now();
  if (!context?.sub || expired || (headers.get('authorization')?.length ?? 0) !== 1) {
    throw new DomainError('unauthenticated', 'Send one Authorization header with a valid access token.');
  }
  const principal: Principal = {
    tenantId: context.tid as TenantId,
    tenantType: context.tenantType as TenantType,
    actorId: context.sub as UserId,
    actorRole: context.role as Role,
    employeeId: context.employeeId,
  };
  const allowed =
    route.roles.includes(principal.actorRole) &&
    (route.tenants === undefined || route.tenants.includes(principal.tenantType));
  if (!allowed) {
    await recordAudit(
      { tenantId: principal.tenantId, actorId: principal.actorId, actorRole: principal.actorRole, requestId },
      {
        action: 'access.denied',
        resource: route.operationId,
        payload: { path_parameters: event.pathParameters },
      },
    );
    throw new DomainError('forbidden', 'This operation requires another role or type of tenant.');
  }
  return principal;
}
