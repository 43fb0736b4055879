import * as z from 'zod';

export const NO_NETWORK = 'must be a network as 203.0.113.0/24 or 2001:db8::/32';

/** A network as an address and the bits that count: a single address is a network of all its bits. */
const network = z
  .string('must be a network')
  .max(43, { error: 'must have at most 43 characters', abort: true })
  .regex(/^[0-9a-fA-F.:]{2,39}\/\d{1,3}$/, NO_NETWORK);

/** A list of networks, to be looked at by `refuseNoNetwork`. */
export const networksUpTo = (most: number) =>
  z.array(network, 'must be a list of networks').max(most, `must name at most ${most} networks`);
