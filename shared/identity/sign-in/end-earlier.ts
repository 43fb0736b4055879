import { tenantTx } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { anonymousActor } from './anonymous-actor.ts';
import { endSession, isToken, tenantOfToken } from './session.ts';

/**
 * Ends the session of `earlier` unless it is that of `current`, or no more. A sign-in has been done when this is called, so that a failure is logged
 * and the earlier session is left to its limits.
 */
export async function endEarlier(earlier: string, current: string, requestId: string): Promise<void> {
  if (!isToken(earlier)) return;
  try {
    await tenantTx(
      anonymousActor(tenantOfToken(earlier), requestId),
      (tx) => endSession(tx, earlier, current),
      {
        audit: (familyId) => ({
          action: 'session.ended',
          resource: `sessions/${familyId}`,
          payload: { replaced: true },
        }),
      },
    );
  } catch (error) {
    logger.warn('the earlier session of a browser was not ended', { error: error as Error });
  }
}
