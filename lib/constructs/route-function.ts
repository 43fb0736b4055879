import type { Construct } from 'constructs';
import { EDGE_HEADER } from '#lib/edge.ts';
import type { Environment } from '#lib/environment.ts';
import { combine, type Grant, type ResourceGrants } from '#lib/grants.ts';
import { kebabCase, limitOf } from '#platform/http/route.ts';
import type { RouteEntry } from '../../shared/routes.ts';
import { type FunctionContext, PlatformFunction } from './platform-function.ts';
import type { Rollout } from './rollout.ts';

export interface RouteFunctionProps {
  readonly context: FunctionContext;
  readonly grants: ResourceGrants;
  readonly route: RouteEntry;
  /** @default at once */
  readonly rollout?: Rollout | undefined;
}

const DEFAULT_TIMEOUT_SECONDS = 15;
const QUOTA_VARIABLES = {
  user: 'REQUESTS_PER_USER',
  tenant: 'REQUESTS_PER_TENANT',
  source: 'REQUESTS_PER_SOURCE',
} as const;
type QuotaOf = keyof typeof QUOTA_VARIABLES;

/** The function of one route, built from the route's own data. */
export class RouteFunction extends PlatformFunction {
  constructor(scope: Construct, { route, grants, ...props }: RouteFunctionProps) {
    super(scope, route.operationId, {
      ...props,
      name: `api-${kebabCase(route.operationId)}`,
      description: route.summary,
      entry: route.entry,
      timeoutSeconds: route.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
      memoryMb: route.memoryMb,
      database: route.database,
      grant: combine([
        corsGrant(props.context.environment),
        edgeGrant(props.context.environment),
        quotaGrant(props.context.environment, route),
        ...route.uses.map((resource) => grants(resource)),
      ]),
    });
  }
}

/** The web origins that a function which answers browsers lets in. */
export function corsGrant({ corsOrigins }: Environment): Grant {
  return {
    statements: [],
    environment: corsOrigins.length === 0 ? {} : { CORS_ORIGINS: corsOrigins.join(',') },
  };
}

/** The header that only requests through the edge have, by which a function tells the client's address. */
function edgeGrant({ edge }: Environment): Grant {
  return { statements: [], environment: edge === undefined ? {} : { EDGE_HEADER } };
}

/** The quotas of the route's class. */
function quotaGrant({ requestQuotas }: Environment, route: RouteEntry): Grant {
  const requestClass = limitOf(route);
  const quotas = requestClass === undefined ? {} : requestQuotas[requestClass];
  return {
    statements: [],
    environment: Object.fromEntries(
      Object.entries(quotas).map(([of, requests]) => [QUOTA_VARIABLES[of as QuotaOf], String(requests)]),
    ),
  };
}
