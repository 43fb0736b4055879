import type { PolicyStatement } from './policy.ts';

export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A role or a user, and what their policies let them do. */
export interface Identity {
  readonly arn: string;
  /** The id by which events of S3 name whoever has written an object. */
  readonly principalId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  /** Nothing beyond it is allowed, whatever the statements allow. @default no boundary */
  readonly boundary?: readonly PolicyStatement[];
}

/** Whoever signs requests with a key pair. */
export interface Principal extends KeyPair {
  /** Absent for the owner of the account, whom only the policy of a resource can keep out. */
  readonly identity?: Identity;
}
