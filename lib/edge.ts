import { Duration } from 'aws-cdk-lib';
import type { Environment } from './environment.ts';

/** CloudFront takes certificates and firewalls of this region only. */
export const EDGE_REGION = 'us-east-1';

/** The header by which the edge shows the API's firewall its key. A client's own is replaced. */
export const EDGE_HEADER = 'x-vestry-edge';

/** A browser that has been here comes by TLS for a year. */
export const TRANSPORT_SECURITY = {
  accessControlMaxAge: Duration.days(365),
  includeSubdomains: true,
  override: true,
} as const;

/** The address of an environment with an edge, and the Route 53 zone that its names are in. */
export type Edge = NonNullable<Environment['edge']>;

/** The name at which the edge, and nobody else, reaches the API. */
export function originName({ domain }: Edge): string {
  return `origin.${domain}`;
}

/**
 * The secret of a key by its name, which its replica in the edge's region has too.
 * @param number the key's, as the environment counts them
 */
export function edgeKeyName({ name }: Pick<Environment, 'name'>, number: number): string {
  return `vestry/${name}/edge-key${number === 1 ? '' : `-${number}`}`;
}
