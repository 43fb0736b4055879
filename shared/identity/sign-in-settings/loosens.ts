import { livesLonger } from '#identity/sign-in/session-limits.ts';
import { isCovered } from '#kernel/network.ts';
import type { NewSettings } from './sign-in-settings.repository.ts';

/** Tells whether settings could let in somebody whom the current ones keep out. Who may sign in by what counts as that, whichever way it changes. */
export function loosens(current: NewSettings, next: NewSettings): boolean {
  return (
    next.sso_required !== current.sso_required ||
    next.break_glass_user_id !== current.break_glass_user_id ||
    next.second_factor_demanded !== current.second_factor_demanded ||
    widens(current.networks, next.networks) ||
    livesLonger(next, current)
  );
}

function widens(current: readonly string[] | null, next: readonly string[] | null): boolean {
  if (current === null) return false;
  return next === null || next.some((network) => !isCovered(current, network));
}
