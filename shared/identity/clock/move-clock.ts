import type * as z from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { planMove, setClockAhead, toClock } from './clock.repository.ts';
import type { Clock } from './clock.routes.ts';

/** Ten years, as the table has it. */
const MOST_SECONDS = 10 * 366 * 86_400;

/**
 * Moves the tenant's clock ahead.
 * @throws DomainError `validation-failed` for an instant that is over, or more than ten years ahead of the real time
 */
export async function moveClock(tx: TenantTx, to: string): Promise<z.infer<typeof Clock>> {
  const move = await planMove(tx, to);
  if (move.by <= 0)
    throw invalidField(
      '/to',
      'past',
      'must be later than the tenant’s clock: it never goes back, see GET /settings/clock',
    );
  if (move.ahead > MOST_SECONDS)
    throw invalidField('/to', 'too-late', 'must be within ten years of the real time');
  return toClock(await setClockAhead(tx, move));
}
