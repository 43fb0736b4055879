import type { z } from 'zod';
import type { LivingSession } from '#identity/sign-in/session.repository.ts';
import type { Session } from './account.routes.ts';

/** @param currentId the session of the request */
export function toSession(
  { started_at, last_used_at, expires_at, second_factor_at, amr, ...session }: LivingSession,
  currentId: string,
): z.infer<typeof Session> {
  return {
    ...session,
    current: session.id === currentId,
    amr: amr ?? [],
    started_at: started_at.toISOString(),
    last_used_at: last_used_at.toISOString(),
    expires_at: expires_at.toISOString(),
    second_factor_at: second_factor_at?.toISOString() ?? null,
  };
}
