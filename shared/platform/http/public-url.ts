import type { APIGatewayProxyEvent } from 'aws-lambda';
import { pathTo } from '#contracts/links.ts';
import * as environment from '#platform/environment.ts';
import { baseOf } from './public-base.ts';

const THIS_MACHINE = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/** The event of a request, as far as it says where it was sent. */
export type Reached = Pick<APIGatewayProxyEvent, 'resource' | 'requestContext'>;

/**
 * Returns the whole address of a path, for those who can't complete a link: an identity provider compares it with the one that it was
 * told. The environment's own domain has it, or else the name by which API Gateway was reached; only this machine speaks without TLS.
 */
export function publicUrlOf(
  event: Reached,
  route: Parameters<typeof pathTo>[0],
  params: Parameters<typeof pathTo>[1] = {},
): string {
  const path = pathTo(route, params);
  const domain = environment.publicDomain();
  if (domain !== undefined) return `https://${domain}${path}`;
  const { domainName = '' } = event.requestContext;
  return `${THIS_MACHINE.test(domainName) ? 'http' : 'https'}://${domainName}${baseOf(event)}${path}`;
}
