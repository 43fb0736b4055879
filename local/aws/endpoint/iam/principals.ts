import { createHash, createHmac } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Context } from './patterns.ts';
import { isAllowed, isDenied, type PolicyStatement, type Role } from './policy.ts';
import type { KeyPair, Principal } from './principal.ts';
import type { UserStore } from './user-store.ts';

/** The identities that an endpoint knows: the owner of the account, the roles of functions, and the users that were created. */
export class Principals {
  readonly #owner: KeyPair;
  readonly #users: UserStore | undefined;
  readonly #byKey = new Map<string, Principal>();

  constructor(owner: KeyPair, roles: readonly Role[], users?: UserStore) {
    this.#owner = owner;
    this.#users = users;
    this.#byKey.set(owner.accessKeyId, owner);
    for (const { arn, statements } of roles) {
      const keys = this.keysOf(arn);
      const principalId = `AWS:AROA${shortId(arn)}:function`;
      this.#byKey.set(keys.accessKeyId, { ...keys, identity: { arn, principalId, tags: {}, statements } });
    }
  }

  /** Returns the key pair with which a function signs that has taken the role. Nothing is stored: both follow from the owner's. */
  keysOf(arn: string): KeyPair {
    return {
      accessKeyId: `ROLE${shortId(arn)}`,
      secretAccessKey: createHmac('sha256', this.#owner.secretAccessKey).update(arn).digest('hex'),
    };
  }

  find(accessKeyId: string): Principal | undefined {
    return this.#byKey.get(accessKeyId) ?? this.#users?.principalOf(accessKeyId);
  }
}

const shortId = (arn: string): string =>
  createHash('sha256').update(arn).digest('hex').toUpperCase().slice(0, 16);

interface Further {
  /** Condition keys of this one request. */
  readonly context?: Context;
  /** The denials of the resource's own policy. */
  readonly resourcePolicy?: readonly PolicyStatement[];
}

/** This endpoint stands for one that is reached by TLS alone. */
const TRANSPORT: Context = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };

/** Throws as AWS does unless the principal may do this to the resource. */
export function permit(
  { identity }: Principal,
  action: string,
  resource: string,
  { context = {}, resourcePolicy = [] }: Further = {},
): void {
  const tags = Object.entries(identity?.tags ?? {}).map(([name, value]) => [
    `aws:PrincipalTag/${name}`,
    value,
  ]);
  const known = { ...TRANSPORT, ...context, ...Object.fromEntries(tags), 'aws:PrincipalArn': identity?.arn };
  const asked = { action, resource, context: known };
  const refuse = (why: string): never => {
    throw new AwsError(
      'AccessDeniedException',
      403,
      `User: ${identity?.arn ?? 'the owner of the account'} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
    );
  };
  if (isDenied(resourcePolicy, asked)) refuse('with an explicit deny in a resource-based policy');
  if (identity === undefined) return;
  if (identity.boundary !== undefined && !isAllowed(identity.boundary, asked))
    refuse(`because no permissions boundary allows the ${action} action`);
  if (!isAllowed(identity.statements, asked))
    refuse(`because no identity-based policy allows the ${action} action`);
}
