import { isIP } from 'node:net';

const IPV6_GROUPS = 8;
/** A subscriber is given 64 bits of addresses, and may use another with each attempt. */
const NETWORK_GROUPS = 4;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Nobody's address (RFC 4291, 2.5.2). */
const UNSPECIFIED = '::';

/** Returns an address as networks are compared with it: an IPv4 address in the clothes of IPv6 as what it is, and nobody's in place of what is none. */
export function plainAddress(address: string): string {
  const plain = MAPPED_IPV4.exec(address)?.[1] ?? address;
  return isIP(plain) === 0 || plain.includes('%') ? UNSPECIFIED : plain;
}

/** Returns what an address stands for when attempts are counted: itself, or the /64 network of an IPv6 address. */
export function sourceNetwork(address: string): string {
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const groupsOf = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  // A dotted end stands for two groups, beyond the network.
  const written = before.length + after.length + (address.includes('.') ? 1 : 0);
  const zeros = Array.from({ length: tail === undefined ? 0 : IPV6_GROUPS - written }, () => '0');
  const network = [...before, ...zeros, ...after].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
