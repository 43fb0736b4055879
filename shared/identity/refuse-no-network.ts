import { type DomainError, invalidField } from '#kernel/domain-error.ts';
import { isNetwork } from '#kernel/network.ts';
import { NO_NETWORK } from './network.fields.ts';

/** Returns the error of the first entry that has the form of a network, and is none. */
export function refuseNoNetwork(networks: readonly string[] | null): DomainError | undefined {
  const wrong = (networks ?? []).findIndex((each) => !isNetwork(each));
  return wrong < 0 ? undefined : invalidField(`/networks/${wrong}`, 'no-network', NO_NETWORK);
}
