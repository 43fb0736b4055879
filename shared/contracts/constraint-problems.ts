import type { ProblemSlug } from './problems.ts';

/**
 * Unique and check constraints that a client can violate, with the problem and its detail: pairs, since every function reads them. Without a
 * detail, the database says it itself, with its figures.
 */
export const CONSTRAINT_PROBLEMS: Readonly<Record<string, readonly [slug: ProblemSlug, detail?: string]>> = {
  idempotency_keys_owned: [
    'request-in-progress',
    'Another execution of this request took over; ask for its result.',
  ],
  tenants_slug_key: ['tenant-exists', 'Another tenant has this slug.'],
  passkeys_credential: ['passkey-exists', 'Somebody of this tenant has added the passkey already.'],
  users_email_key: ['user-exists', 'Another user of this tenant has this email.'],
  directory_users_user_name: ['user-exists', 'Another user of this tenant has this userName.'],
  directory_groups_display_name: ['conflict', 'Another group has this displayName.'],
  api_keys_one_of_name: ['api-key-exists', 'Another key has this name.'],
  connections_one_of_name: ['connection-exists', 'Another connection has this name.'],
  federated_identities_pkey: ['conflict', 'The identity is a user’s already.'],
  used_logout_tokens_once: ['sign-in-invalid', 'This logout token has been used.'],
  federated_sign_ins_assertion_once: ['sign-in-invalid', 'This answer has been used.'],
  federated_sign_ins_state_once: ['sign-in-invalid', 'This answer has been used.'],
  shareholders_external_ref_key: [
    'shareholder-exists',
    'Another shareholder of this register has this external_ref.',
  ],
  security_classes_pkey: ['security-class-exists', 'Another class of this tenant has this code.'],
  transfers_reversed_once: ['transfer-reversed', 'It was reversed already.'],
  positions_before_split: ['dated-before-split'],
  positions_during_split: ['split-under-way'],
  corporate_actions_one_of_day: ['corporate-action-exists', 'It exists.'],
  security_classes_authorized_shares: ['authorized-shares-exceeded'],
  shareholders_holdings_check: ['insufficient-position', 'The holdings would be negative.'],
  shareholders_closed_hold_nothing: ['shareholder-closed', 'A closed shareholder can hold nothing.'],
  dividends_idempotency_key: [
    'dividend-exists',
    'A dividend was declared with this Idempotency-Key before. Use a new key for another one.',
  ],
  dividend_adjustments_idempotency_key: [
    'dividend-not-adjustable',
    'Another adjustment was made with this Idempotency-Key.',
  ],
  transactions_dividend_is_paying: [
    'dividend-not-payable',
    'Payments of a dividend are sent while it is PENDING or PAYING.',
  ],
  tax_remittances_idempotency_key: [
    'idempotency-key-reused',
    'Another remittance was recorded with this Idempotency-Key.',
  ],
  tax_remittances_one_by_one: ['conflict', 'Another remittance was recorded meanwhile. Try again.'],
  votes_effective: [
    'ballot-exists',
    'The holder has already voted in this meeting. Revoke that ballot to vote again.',
  ],
  votes_meeting_not_open: ['meeting-not-open', 'Voting has not begun.'],
  votes_meeting_closed: ['meeting-closed', 'Voting has ended.'],
  votes_meeting_cancelled: ['meeting-closed', 'The meeting was cancelled.'],
  meetings_cancelled: ['meeting-not-changeable', 'The meeting was cancelled.'],
  meetings_opened: ['meeting-not-changeable', 'Voting has begun.'],
  position_entries_not_negative: [
    'insufficient-position',
    'The position in the security class would be negative.',
  ],
  tenant_links_active: ['tenant-link-exists', 'The sponsor has an active link already.'],
  plans_one_active: ['plan-exists', 'The employee has an active plan of this type.'],
  grants_released_at_most_vested: [
    'shares-released',
    'Shares of a grant that have been released would not be vested any more.',
  ],
  grants_idempotency_key: [
    'grant-key-used',
    'This Idempotency-Key has made a grant of the plan; look it up instead of sending it again.',
  ],
  plans_distributed_at_most_vested: [
    'vested-balance-exceeded',
    'More would have been paid out of the plan than has vested.',
  ],
  forfeiture_accounts_balance: ['forfeitures-exceeded', 'The account holds less.'],
  forfeiture_entries_at_most_contributed: [
    'forfeitures-exceeded',
    'The employer has contributed less that day.',
  ],
  forfeiture_entries_reversed_once: ['forfeiture-use-reversed', 'Another entry has taken the use back.'],
  forfeiture_entries_idempotency_key: ['contribution-key-used'],
  contributions_idempotency_key: [
    'contribution-key-used',
    'This Idempotency-Key has entered a contribution to the plan; look it up instead of sending it again.',
  ],
  contributions_reversed_once: ['contribution-reversed', 'It was already reversed.'],
  upload_mappings_name: ['mapping-exists', 'Another mapping of the same kind has this name.'],
  drop_credentials_two_live: ['too-many-drop-credentials', 'Two are live. Revoke one of them first.'],
  webhooks_one_of_url: ['webhook-exists', 'Delete that one first, or rotate its secret.'],
  change_requests_one_pending: ['change-pending', 'Have the one that waits decided, or withdraw it.'],
  change_requests_second_person: ['four-eyes', 'Somebody independent of the proposer must decide.'],
  change_requests_four_eyes: ['four-eyes', 'Another person than the proposer must decide.'],
  change_requests_decided_once: ['change-decided', 'It has been decided already.'],
  payment_orders_pkey: ['payment-ordered', 'The payment has been ordered already.'],
  payment_orders_replaced_once: ['payment-ordered', 'It has been paid again already.'],
  payment_orders_idempotency_key: [
    'payment-ordered',
    'This Idempotency-Key has ordered a payment; look it up instead of sending it again.',
  ],
  payment_orders_four_eyes: ['four-eyes', 'Who asked for a payment may not approve it.'],
  payment_orders_decided_once: ['payment-decided', 'It has been decided already.'],
  legal_holds_shareholder: ['validation-failed', 'There is no such shareholder to hold.'],
  legal_holds_participant: ['validation-failed', 'There is no such participant to hold.'],
};
