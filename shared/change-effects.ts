import type { EffectsOfChanges } from '#approvals/decide-change.ts';
import { userChangedEffects, userCreatedEffects } from '#identity/users/propose-user.ts';
import { settingsEffects } from '#payments/settings/change-settings.ts';

/**
 * The effect of each controlled change, once it is approved. The rooms ask `approvals` for a second person, so the table of what
 * they do then stands above them, beside the tables of routes and jobs.
 */
export const changeEffects: EffectsOfChanges = {
  'user-created': userCreatedEffects,
  'user-changed': userChangedEffects,
  'payment-settings': settingsEffects,
};
