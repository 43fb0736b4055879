import { ACCESS_TOKEN_SECONDS } from './access-token.ts';
import { SESSION_HOURS, SESSION_IDLE_MINUTES } from './sign-in-limits.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The limits of a tenant; null: those of the platform. */
export interface TenantLimits {
  readonly session_idle_minutes: number | null;
  readonly session_hours: number | null;
}

/** The limits of the sessions of a tenant. */
export class SessionLimits {
  readonly #idleMs: number;
  readonly #wholeMs: number;

  constructor({ session_idle_minutes, session_hours }: TenantLimits) {
    this.#idleMs = (session_idle_minutes ?? SESSION_IDLE_MINUTES) * MINUTE_MS;
    this.#wholeMs = (session_hours ?? SESSION_HOURS) * HOUR_MS;
  }

  /** Returns when a session is over that has begun then. A longer limit moves no end that was set. */
  endOf(startedAt: Date, setEnd?: Date | null): Date {
    const endMs = startedAt.getTime() + this.#wholeMs;
    return new Date(Math.min(endMs, setEnd?.getTime() ?? endMs));
  }

  /** Returns when a session ends that is refreshed for the last time then. */
  idleUntil(refreshedAt: Date): Date {
    return new Date(refreshedAt.getTime() + this.#idleMs);
  }

  /** Whoever refreshes when their access token ends has not been idle: it lives for half of that at most. */
  get accessTokenSeconds(): number {
    return Math.min(ACCESS_TOKEN_SECONDS, this.#idleMs / 2_000);
  }
}

/** Tells whether sessions could live longer by the one limits than by the others. */
export function livesLonger(next: TenantLimits, current: TenantLimits): boolean {
  return (
    (next.session_idle_minutes ?? SESSION_IDLE_MINUTES) >
      (current.session_idle_minutes ?? SESSION_IDLE_MINUTES) ||
    (next.session_hours ?? SESSION_HOURS) > (current.session_hours ?? SESSION_HOURS)
  );
}
