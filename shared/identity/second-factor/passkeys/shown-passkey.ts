import type { Passkey } from './passkey.repository.ts';

/** Returns a passkey as its user sees it. */
export function toPasskey({ id, name, created_at, last_used_at }: Passkey) {
  return {
    ...{ id, name },
    created_at: created_at.toISOString(),
    last_used_at: last_used_at?.toISOString() ?? null,
  };
}
