import type { ConnectionChange } from './connection.repository.ts';

/** Returns what a second person sees of a connection. */
export function shownSettings(
  settings: Omit<ConnectionChange, 'status' | 'tested_at'>,
): Record<string, unknown> {
  const { credential_sealed, ...shown } = settings;
  return { ...shown, ...(credential_sealed === undefined ? {} : { credential: 'set anew' }) };
}
