import type { Environment } from './environment.ts';

/** Returns the address from which an environment sends mail, if it has one. */
export function mailFrom({ mail, edge }: Pick<Environment, 'mail' | 'edge'>): string | undefined {
  return mail?.from ?? (edge === undefined ? undefined : `no-reply@${edge.domain}`);
}

/** Returns the domain of an address. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
