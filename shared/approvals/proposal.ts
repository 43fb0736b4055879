import type { ChangeKind } from './controlled-changes.ts';

/** The user who proposes a change, and their request. */
export interface Proposer {
  readonly actorId: string;
  readonly requestId: string;
}

export interface Proposal {
  readonly kind: ChangeKind;
  /** Whether this change needs a second person by the rule of its kind. */
  readonly isControlled: boolean;
  readonly subject: { readonly type: string; readonly id: string };
  /** People see this: no secrets, and no personal data that the decision does not need. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>>;
  /** This carries the change out; secrets are hashed or sealed in it. */
  readonly proposal: unknown;
}
