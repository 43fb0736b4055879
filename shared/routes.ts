import { kebabCase, type RouteSpec } from '#platform/http/route.ts';

/** A route with the domain it is declared in and the file that serves it. */
export interface RouteEntry extends RouteSpec {
  readonly domain: string;
  /** Relative to the repository: `functions/<domain>/<operation-id>.ts`. */
  readonly entry: string;
}

const domains: Record<string, Record<string, RouteSpec>> = {};

/** Every route of the API, in the order of the domains above. Only lib, local, docs and tests import it. */
export const routes: readonly RouteEntry[] = Object.entries(domains).flatMap(([domain, specs]) =>
  Object.values(specs).map((spec) => ({
    ...spec,
    domain,
    entry: `functions/${domain}/${kebabCase(spec.operationId)}.ts`,
  })),
);
