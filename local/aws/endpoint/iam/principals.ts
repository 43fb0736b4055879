import { createHash, createHmac } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import { isAllowed, type Role } from './policy.ts';

export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Whoever signs requests with a key pair. */
export interface Principal extends KeyPair {
  /** Absent for the owner of the account, who may do everything. */
  readonly role?: Role;
}

/** The identities that an endpoint knows: the owner of the account, and the roles of functions. */
export class Principals {
  readonly #owner: KeyPair;
  readonly #byKey = new Map<string, Principal>();

  constructor(owner: KeyPair, roles: readonly Role[]) {
    this.#owner = owner;
    this.#byKey.set(owner.accessKeyId, owner);
    for (const role of roles) {
      const keys = this.keysOf(role.arn);
      this.#byKey.set(keys.accessKeyId, { ...keys, role });
    }
  }

  /** Returns the key pair with which a function signs that has taken the role. Nothing is stored: both follow from the owner's. */
  keysOf(arn: string): KeyPair {
    return {
      accessKeyId: `ROLE${createHash('sha256').update(arn).digest('hex').toUpperCase().slice(0, 16)}`,
      secretAccessKey: createHmac('sha256', this.#owner.secretAccessKey).update(arn).digest('hex'),
    };
  }

  find(accessKeyId: string): Principal | undefined {
    return this.#byKey.get(accessKeyId);
  }
}

/** Throws as AWS does unless the principal may do this to the resource. */
export function permit({ role }: Principal, action: string, resource: string): void {
  if (role === undefined || isAllowed(role, action, resource)) return;
  throw new AwsError(
    'AccessDeniedException',
    403,
    `User: ${role.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  );
}
