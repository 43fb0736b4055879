import { isIP } from 'node:net';
import * as environment from '#platform/environment.ts';

/**
 * Returns the address of the client, for limits that hold for an address. Behind the edge a request comes from CloudFront, which appends the
 * address that it saw to `X-Forwarded-For`; API Gateway appends CloudFront's. What stands before them is the client's own word. The header of
 * the edge is proof enough: the API's firewall lets nobody in who doesn't know its value.
 * @param headers by their names in small letters
 * @param peer the address that API Gateway saw
 * @param edgeHeader the name of the header that the edge adds; without one there is no edge, and no header is believed
 */
export function clientAddressOf(
  headers: ReadonlyMap<string, readonly string[]>,
  peer: string,
  edgeHeader: string | undefined = environment.edgeHeader(),
): string {
  if (edgeHeader === undefined || !headers.has(edgeHeader)) return peer;
  const hops = (headers.get('x-forwarded-for') ?? []).flatMap((value) => value.split(','));
  if (hops.at(-1)?.trim() === peer) hops.pop();
  const viewer = hops.at(-1)?.trim() ?? '';
  return isIP(viewer) === 0 ? peer : viewer;
}
