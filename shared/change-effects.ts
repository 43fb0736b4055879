import type { EffectsOfChanges } from '#approvals/decide-change.ts';

/**
 * The effect of each controlled change, once it is approved. The rooms ask `approvals` for a second person, so the table of what
 * they do then stands above them, beside the tables of routes and jobs.
 */
export const changeEffects: EffectsOfChanges = {
  'user-created': async () => (await import('#identity/users/propose-user.ts')).userCreatedEffects,
  'user-changed': async () => (await import('#identity/users/propose-user.ts')).userChangedEffects,
  payment: async () => (await import('#payments/orders/decide-order.ts')).paymentEffects,
  'payment-reversal': async () => (await import('#payments/orders/decide-order.ts')).paymentEffects,
  'payment-run': async () => (await import('#payments/runs/payment-run.ts')).paymentRunEffects,
  'bank-account': async () => (await import('#payments/payees/add-bank-account.ts')).bankAccountEffects,
  'bank-item': async () => (await import('#payments/files/match-item.ts')).bankItemEffects,
  'statement-item': async () => (await import('#payments/statements/match-item.ts')).statementItemEffects,
  'bank-file-rejection': async () => (await import('#payments/files/reject-file.ts')).rejectionEffects,
  'payment-resolution': async () =>
    (await import('#payments/exceptions/resolve-payment.ts')).resolutionEffects,
  dividend: async () => (await import('#dividends/approve-dividend.ts')).dividendEffects,
  'dividend-cancelled': async () => (await import('#dividends/cancel-dividend.ts')).cancellationEffects,
  'dividend-adjustment': async () => (await import('#dividends/adjust-entitlement.ts')).adjustmentEffects,
  'tax-certification': async () => (await import('#register/tax/certify-tax.ts')).certificationEffects,
  'tax-remittance': async () => (await import('#dividends/remit-tax.ts')).remittanceEffects,
  position: async () => (await import('#register/propose-positions.ts')).positionEffects,
  'register-file': async () => (await import('#uploads/loading/decide-file.ts')).fileEffects,
  'dropped-file': async () => (await import('#uploads/loading/decide-file.ts')).fileEffects,
  'kyc-file': async () => (await import('#uploads/loading/decide-file.ts')).fileEffects,
  'tax-certification-file': async () => (await import('#uploads/loading/decide-file.ts')).fileEffects,
  'bank-account-file': async () => (await import('#uploads/loading/decide-file.ts')).fileEffects,
  'corporate-action': async () => (await import('#dividends/reverse-split.ts')).splitWithCashEffects,
  'vesting-event': async () => (await import('#plans/vesting-events/record-event.ts')).vestingEventEffects,
  'partial-termination': async () =>
    (await import('#plans/partial-terminations/vest-group.ts')).partialTerminationEffects,
  release: async () => (await import('#plans/releases/propose-release.ts')).releaseEffects,
  'release-settlement': async () => (await import('#plans/releases/settle-release.ts')).settlementEffects,
  'register-settings': async () =>
    (await import('#register/limits/change-limits.ts')).registerSettingsEffects,
  'security-class': async () => (await import('#register/classes/change-class.ts')).securityClassEffects,
  'payment-settings': async () => (await import('#payments/settings/change-settings.ts')).settingsEffects,
  'legal-hold-released': async () => (await import('#retention/release-hold.ts')).releaseEffects,
  connection: async () => (await import('#identity/connections/propose-connection.ts')).connectionEffects,
  'second-factor-reset': async () =>
    (await import('#identity/second-factor/propose-factor-reset.ts')).factorResetEffects,
  'api-key': async () => (await import('#identity/api-keys/propose-key.ts')).apiKeyEffects,
  'sign-in-settings': async () =>
    (await import('#identity/sign-in-settings/propose-settings.ts')).signInSettingsEffects,
};
