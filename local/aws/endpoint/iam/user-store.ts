import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { AwsError } from '../aws-error.ts';
import { readJson, writeJson } from '../s3/json-files.ts';
import type { ManagedPolicy } from './policy.ts';
import type { KeyPair, Principal } from './principal.ts';

interface User {
  readonly name: string;
  readonly arn: string;
  /** `AIDA…`, never used again. */
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly boundary: string | undefined;
  readonly policies: readonly string[];
  readonly keys: readonly KeyPair[];
}

export type NewUser = Pick<User, 'name' | 'tags' | 'boundary'>;

/** AWS gives a user two keys, so that one can be replaced by the other. */
const MAX_KEYS = 2;

/** The users of the account with their keys, in one JSON file that only the owner may read. */
export class UserStore {
  readonly #path: string;
  readonly #accountId: string;
  readonly #policies: ReadonlyMap<string, ManagedPolicy>;
  #users: readonly User[];

  constructor(path: string, accountId: string, policies: readonly ManagedPolicy[]) {
    this.#path = path;
    this.#accountId = accountId;
    this.#policies = new Map(policies.map((policy) => [policy.arn, policy]));
    this.#users = existsSync(path) ? readJson<User[]>(path) : [];
  }

  arnOf(name: string): string {
    return `arn:aws:iam::${this.#accountId}:user/${name}`;
  }

  principalOf(accessKeyId: string): Principal | undefined {
    for (const { arn, id, tags, boundary, policies, keys } of this.#users) {
      const key = keys.find((candidate) => candidate.accessKeyId === accessKeyId);
      if (key === undefined) continue;
      const statementsOf = (policy: string) => this.#policies.get(policy)?.statements ?? [];
      const statements = policies.flatMap(statementsOf);
      const identity = { arn, principalId: `AWS:${id}`, tags, statements };
      return {
        ...key,
        identity: boundary === undefined ? identity : { ...identity, boundary: statementsOf(boundary) },
      };
    }
    return undefined;
  }

  create({ name, tags, boundary }: NewUser): User {
    if (this.#users.some((user) => user.name === name))
      throw new AwsError('EntityAlreadyExists', 409, `User with name ${name} already exists.`);
    if (boundary !== undefined) this.#policy(boundary);
    const id = `AIDA${randomId(17)}`;
    const user: User = { name, arn: this.arnOf(name), id, tags, boundary, policies: [], keys: [] };
    this.#save([...this.#users, user]);
    return user;
  }

  get(name: string): User {
    const user = this.#users.find((candidate) => candidate.name === name);
    if (user !== undefined) return user;
    throw new AwsError('NoSuchEntity', 404, `The user with name ${name} cannot be found.`);
  }

  attach(name: string, policy: string): void {
    const user = this.get(name);
    this.#policy(policy);
    this.#replace({ ...user, policies: [...new Set([...user.policies, policy])] });
  }

  detach(name: string, policy: string): void {
    const user = this.get(name);
    if (!user.policies.includes(policy))
      throw new AwsError('NoSuchEntity', 404, `Policy ${policy} was not found.`);
    this.#replace({ ...user, policies: user.policies.filter((attached) => attached !== policy) });
  }

  createKey(name: string): KeyPair {
    const user = this.get(name);
    if (user.keys.length >= MAX_KEYS)
      throw new AwsError('LimitExceeded', 409, `Cannot exceed quota for AccessKeysPerUser: ${MAX_KEYS}`);
    const key = {
      accessKeyId: `AKIA${randomId(16)}`,
      secretAccessKey: randomBytes(30).toString('base64'),
    };
    this.#replace({ ...user, keys: [...user.keys, key] });
    return key;
  }

  deleteKey(name: string, accessKeyId: string): void {
    const user = this.get(name);
    const keys = user.keys.filter((key) => key.accessKeyId !== accessKeyId);
    if (keys.length === user.keys.length)
      throw new AwsError('NoSuchEntity', 404, `The Access Key with id ${accessKeyId} cannot be found.`);
    this.#replace({ ...user, keys });
  }

  delete(name: string): void {
    const { keys, policies } = this.get(name);
    if (keys.length > 0 || policies.length > 0)
      throw new AwsError(
        'DeleteConflict',
        409,
        'Cannot delete entity, must delete access keys and detach all policies first.',
      );
    this.#save(this.#users.filter((user) => user.name !== name));
  }

  #policy(arn: string): void {
    if (!this.#policies.has(arn))
      throw new AwsError('NoSuchEntity', 404, `Policy ${arn} does not exist or is not attachable.`);
  }

  #replace(changed: User): void {
    this.#save(this.#users.map((user) => (user.name === changed.name ? changed : user)));
  }

  #save(users: readonly User[]): void {
    writeJson(this.#path, users);
    this.#users = users;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function randomId(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
