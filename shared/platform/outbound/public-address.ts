import { BlockList, isIP } from 'node:net';

/**
 * Decides which addresses are on the public internet: every other address may be our own network, this machine, or
 * the cloud's metadata service. The lists follow IANA's special-purpose registries (RFC 6890 and its successors).
 */

const NOT_PUBLIC_V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/**
 * The exceptions inside 2000::/3, the only range that is routed: tunnels that carry any IPv4 address, benchmarks,
 * documentation.
 */
const NOT_PUBLIC_V6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const listOf = (subnets: readonly [string, number][], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
};

const notPublicV4 = listOf(NOT_PUBLIC_V4, 'ipv4');
const notPublicV6 = listOf(NOT_PUBLIC_V6, 'ipv6');
const routedV6 = listOf([['2000::', 3]], 'ipv6');
const loopbackV4 = listOf([['127.0.0.0', 8]], 'ipv4');
const loopbackV6 = listOf([['::1', 128]], 'ipv6');

/** False for what is no address. IPv4 inside IPv6 (`::ffff:10.0.0.1`, `64:ff9b::a00:1`) is not routed, and so not public. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notPublicV4.check(address, 'ipv4');
  return family === 6 && routedV6.check(address, 'ipv6') && !notPublicV6.check(address, 'ipv6');
}

export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family === 4 ? loopbackV4.check(address, 'ipv4') : family === 6 && loopbackV6.check(address, 'ipv6');
}
