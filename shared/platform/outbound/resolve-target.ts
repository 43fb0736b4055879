import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { isLoopback, isPublicAddress } from './public-address.ts';
import { AddressRefused, type AddressRules, hostOf } from './public-url.ts';

/** The addresses of a name; rejects when it has none. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

async function resolveByDns(name: string): Promise<readonly LookupAddress[]> {
  const { lookup } = await import('node:dns/promises');
  return lookup(name, { all: true });
}

/**
 * Returns the address of a URL that a customer gives. The connection must use this address: a name that is resolved again could lead to
 * another machine. Every address of the name must be allowed, so that no order of them gets past.
 * @throws AddressRefused, or the resolver's error for a name without addresses
 */
export async function resolveTarget(
  url: URL,
  { loopback }: AddressRules,
  resolve: Resolve = resolveByDns,
): Promise<LookupAddress> {
  const host = hostOf(url);
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
  const isAllowed = ({ address }: LookupAddress) =>
    loopback && isLoopback(address) ? true : isPublicAddress(address) && url.protocol === 'https:';
  const [first] = addresses;
  if (first === undefined || !addresses.every(isAllowed)) throw new AddressRefused('not a public address');
  return first;
}
