import { BlockList, isIPv6 } from 'node:net';

const NETWORK = /^([0-9a-fA-F.:]{2,39})\/(0|[1-9]\d{0,2})$/;

/** Tells whether a text is a network as an address and the bits that count: `203.0.113.0/24`, `2001:db8::/32`. */
export function isNetwork(value: string): boolean {
  try {
    add(new BlockList(), value);
    return true;
  } catch {
    return false;
  }
}

/** Tells whether an address is in one of some networks. */
export function isInside(networks: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const network of networks) add(list, network);
  return list.check(address, familyOf(address));
}

/** Tells whether a network is in one of some others as a whole. Two halves of it are not looked at together. */
export function isCovered(networks: readonly string[], network: string): boolean {
  const [, address = '', bits = ''] = NETWORK.exec(network) ?? [];
  return networks.some((wider) => {
    const [, other = '', widerBits = ''] = NETWORK.exec(wider) ?? [];
    return (
      familyOf(other) === familyOf(address) && Number(widerBits) <= Number(bits) && isInside([wider], address)
    );
  });
}

function add(list: BlockList, network: string): void {
  const [, address = '', bits = ''] = NETWORK.exec(network) ?? [];
  list.addSubnet(address, Number(bits), familyOf(address));
}

function familyOf(address: string): 'ipv6' | 'ipv4' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
