import * as z from 'zod';
import { type DomainError, invalidField } from '#kernel/domain-error.ts';
import { isNetwork } from '#kernel/network.ts';

const EXAMPLE = 'must be a network as 203.0.113.0/24 or 2001:db8::/32';

/** A network as an address and the bits that count: a single address is a network of all its bits. */
const network = z
  .string('must be a network')
  .max(43, { error: 'must have at most 43 characters', abort: true })
  .regex(/^[0-9a-fA-F.:]{2,39}\/\d{1,3}$/, EXAMPLE);

/** A list of networks, to be looked at by {@link refuseNoNetwork}. */
export const networksUpTo = (most: number) =>
  z.array(network, 'must be a list of networks').max(most, `must name at most ${most} networks`);

/** Returns the error of the first entry that has the form of a network, and is none. */
export function refuseNoNetwork(networks: readonly string[] | null): DomainError | undefined {
  const wrong = (networks ?? []).findIndex((each) => !isNetwork(each));
  return wrong < 0 ? undefined : invalidField(`/networks/${wrong}`, 'no-network', EXAMPLE);
}
