import type { ProblemSlug } from '#contracts/problems.ts';

/** Says what leads to a problem and what to do about it. An answer's `detail` says it of the one request. */
export interface ProblemHelp {
  readonly cause: string;
  readonly remedy: string;
}

const FIELDS = '`errors` names each field by a JSON pointer, or each parameter, with a code and a sentence.';
const TOO_MANY = 'Delete or revoke one that nobody uses.';
const READ_AGAIN = 'Read it again, and decide by what it says now.';

/** The pages of the API's problems. Functions that answer a problem don't need these texts, and so don't carry them. */
export const PROBLEM_HELP: Readonly<Record<ProblemSlug, ProblemHelp>> = {
  'malformed-request': {
    cause:
      'The body is not JSON in UTF-8, or holds what JSON leaves open: a repeated key, a NUL, a number that cannot be kept exactly, nesting without end.',
    remedy: 'Send one JSON document, written by a JSON library. Decimals go as strings.',
  },
  'idempotency-key-required': {
    cause: 'The operation moves money or shares, and the request had no `Idempotency-Key`.',
    remedy: 'Send a key of your own, such as a UUID, and the same key with every repeat of this request.',
  },
  unauthenticated: {
    cause:
      'The access token is missing, has expired, or stands for a session that was ended or a user whose rights have changed.',
    remedy: 'Exchange the refresh token, or sign in again. A token lasts for fifteen minutes.',
  },
  'invalid-credentials': {
    cause: 'The email, the password or the second factor is not right. The answer doesn’t say which.',
    remedy:
      'Check them, or ask for a link to set a new password. Each failure makes the next attempt wait longer.',
  },
  'invalid-refresh-token': {
    cause: 'The refresh token was used, has expired, or belongs to a session that was ended.',
    remedy:
      'Sign in again. If a token that you have not used is refused, somebody else may have used it: end your sessions and change the password.',
  },
  'invalid-signature': {
    cause: 'The signature of the message doesn’t verify, or its timestamp is too old.',
    remedy:
      'Sign the body byte for byte as it is sent, with the secret that is agreed now, and check the clock.',
  },
  'invalid-link': {
    cause: 'The link was used, has expired, or was replaced by a newer one.',
    remedy: 'Ask for another link.',
  },
  'sign-in-invalid': {
    cause:
      'The answer of the identity provider could not be trusted, or belongs to a sign-in that has ended.',
    remedy:
      'Begin the sign-in again. If it stays, the connection differs from what the provider sends: `errors` says in what.',
  },
  forbidden: {
    cause: 'Your role may not call this operation, or not for this resource.',
    remedy: 'Ask a user with one of the roles that docs/rbac.md lists for it, or an ADMIN for another role.',
  },
  'network-not-allowed': {
    cause: 'The tenant, or the API key, is bound to networks, and the request came from another.',
    remedy: 'Call from one of them, or have an ADMIN extend the list, which a second person approves.',
  },
  'tenant-suspended': {
    cause: 'An operator has suspended the tenant. Reading goes on; nothing can be changed.',
    remedy: 'Ask the operator of the platform.',
  },
  'sign-in-refused': {
    cause:
      'The identity provider has let the person in, and the tenant doesn’t: the connection is off, no role is theirs, or their user is disabled. `errors` says which.',
    remedy: 'Have an ADMIN enable the user or the connection, or correct which groups have which role.',
  },
  'second-factor-required': {
    cause: 'The operation needs a second factor that was proved a short while ago.',
    remedy: 'Prove it again, and repeat the request with the new token.',
  },
  'fresh-sign-in-required': {
    cause:
      'The operation gives a new way in, and the session that asks for it did not begin a short while ago.',
    remedy: 'Sign in again, and repeat the request with the new token.',
  },
  'sso-required': {
    cause: 'The tenant lets its users sign in only by its identity provider.',
    remedy:
      'Sign in by the provider. An ADMIN who is locked out follows docs/runbooks/lost-identity-provider.md.',
  },
  'four-eyes': {
    cause:
      'You have proposed or caused the change, or have power over the person who did, so that you cannot decide on it.',
    remedy: 'Have another ADMIN or COMPLIANCE user decide, whom neither of you has made or reset.',
  },
  'not-found': {
    cause:
      'There is no such path or resource in your tenant. A resource of another tenant is answered in the same way.',
    remedy: 'Check the id and the tenant whose token you use; the list of the resource shows what there is.',
  },
  'method-not-allowed': {
    cause: 'The path exists, and doesn’t take this method.',
    remedy: '`Allow` lists the methods that it takes.',
  },
  conflict: {
    cause: 'What the request asks for contradicts the state that the resource has now.',
    remedy: READ_AGAIN,
  },
  'request-in-progress': {
    cause: 'A request with the same `Idempotency-Key` has not ended yet.',
    remedy:
      'Wait as long as `Retry-After` says and repeat it with the same key: it gets the answer of the first.',
  },
  'tenant-exists': { cause: 'Another tenant has the slug.', remedy: 'Choose another slug.' },
  'user-exists': {
    cause: 'The tenant has a user with this email, perhaps a disabled one.',
    remedy: 'Find the user in the list, and change or enable that one.',
  },
  'last-admin': {
    cause: 'The change would leave the tenant without an active ADMIN.',
    remedy: 'Make another user ADMIN first.',
  },
  'shareholder-exists': {
    cause: 'The register has a holder with this `external_ref`.',
    remedy: 'Change that holder, or use another reference.',
  },
  'shareholder-holds-shares': {
    cause: 'A holder can be closed only without shares.',
    remedy: 'Transfer the shares, or set them to zero, and close the holder then.',
  },
  'shareholder-closed': {
    cause: 'The holder is closed: it takes no shares, and no payments beyond what it is owed.',
    remedy: 'Reopen it with `POST /shareholders/{id}/reopen`.',
  },
  'security-class-exists': {
    cause: 'A class with this code is declared already.',
    remedy: 'Change that class, or choose another code.',
  },
  'too-many-security-classes': {
    cause: 'The tenant has declared as many classes as it may.',
    remedy: 'Use one of the classes that exist. Classes are kept, since positions of the past name them.',
  },
  'tenant-link-exists': {
    cause: 'The issuer has linked this sponsor already.',
    remedy: 'Nothing is left to do.',
  },
  'plan-exists': {
    cause: 'The employee has an active plan of this type.',
    remedy: 'Use that plan. A further grant goes to `POST /plans/{id}/grants`.',
  },
  'grant-exists': {
    cause: 'The operation makes the first grant of a plan, which has one.',
    remedy: 'Add another with `POST /plans/{id}/grants`.',
  },
  'grant-cancelled': { cause: 'The grant was cancelled.', remedy: 'Make a new grant instead.' },
  'grant-key-used': {
    cause: 'The `Idempotency-Key` has made another grant of this plan, and names that one for ever.',
    remedy: 'Use a new key for a new grant.',
  },
  'too-many-grants': {
    cause: 'The plan has as many grants as it may.',
    remedy: 'Enrol the employee in a further plan, or make one larger grant.',
  },
  'plan-terminated': {
    cause: 'The plan has ended for the employee, and what you ask for comes after its end.',
    remedy: 'Correct or withdraw the termination, or enrol the employee again if they were rehired.',
  },
  'acceleration-vested': {
    cause: 'What the acceleration brought forward has vested.',
    remedy: 'Vested shares are not taken back. Withdraw an acceleration before its day.',
  },
  'vesting-event-recorded': {
    cause: 'The event of that name is on record for these grants.',
    remedy: 'Look at the record. A correction is proposed as a change of it.',
  },
  'forfeiture-use-reversed': {
    cause: 'A use of forfeitures is taken back once, and this one was.',
    remedy: 'List `GET /forfeitures`: the entry whose `reverses` names the use took it back.',
  },
  'nothing-to-release': {
    cause: 'No run can take shares: nothing new has vested, another run has it, or the plans name no holder.',
    remedy: 'Look at the runs with `GET /releases`, and at `shareholder_id` of the plans.',
  },
  'release-ended': {
    cause:
      'A run is settled or declined while it is OFFERED, its issuer links the sponsor, and the sponsor is active.',
    remedy: 'Read the run. Shares of one that was not settled can be released anew.',
  },
  'shares-released': {
    cause: 'The change would unvest shares that a release run has taken.',
    remedy: 'Have a run that is not settled cancelled first. What was settled stays vested.',
  },
  'plan-not-terminated': {
    cause: 'The operation is about the end of a plan that goes on.',
    remedy: 'Terminate the plan first.',
  },
  'transfer-reversed': {
    cause: 'The transfer was reversed before.',
    remedy: 'Enter a new transfer if it was right.',
  },
  'corporate-action-exists': {
    cause: 'The class is split on that day by another corporate action.',
    remedy: 'Reverse that one, or choose another day.',
  },
  'corporate-action-not-reversible': {
    cause: 'The split is not effective, was reversed, or something later rests on it.',
    remedy: 'Reverse what came after it first. `detail` says what stands in the way.',
  },
  'split-under-way': {
    cause: 'The shares of the class are being split, holder by holder.',
    remedy: 'Wait for some minutes and repeat the request.',
  },
  'contribution-reversed': {
    cause: 'The contribution was reversed before.',
    remedy: 'Enter a new contribution if it was right.',
  },
  'contribution-key-used': {
    cause: 'The `Idempotency-Key` has entered another contribution to the plan, and names that one for ever.',
    remedy: 'Use a new key for a new contribution.',
  },
  'payment-ordered': {
    cause: 'The transaction has been ordered, or has ended: an entitlement is paid once.',
    remedy: 'Look at the transaction. What came back is owed again under its dividend.',
  },
  'payment-decided': {
    cause: 'The payment waits for nobody’s approval: it was decided, or needed none.',
    remedy: READ_AGAIN,
  },
  'payment-in-doubt': {
    cause:
      'The bank has said things about the payment that contradict each other, so that it could be paid twice.',
    remedy: 'Ask the bank, and resolve the exception under `/exceptions` with a second person.',
  },
  'payment-not-in-doubt': {
    cause: 'What has become of the payment is known, so that nobody may decide it by hand.',
    remedy: READ_AGAIN,
  },
  'payment-not-cancellable': {
    cause: 'The bank has the payment, or may have it.',
    remedy: 'Wait for it to settle, and reverse it with `POST /transactions/{id}/reversal`.',
  },
  'payment-not-reversible': {
    cause: 'Only a payment that the bank has made can be reversed, and once.',
    remedy: 'Cancel one that the bank doesn’t have. `detail` says how this one stands.',
  },
  'reversal-too-late': {
    cause: 'A reversal must reach the bank within five banking days of settlement (Nacha Operating Rules).',
    remedy: 'Ask the payee to pay it back.',
  },
  'bank-file-not-open': {
    cause: 'The file has been acknowledged or rejected, or every item of it is dealt with.',
    remedy: READ_AGAIN,
  },
  'bank-item-resolved': { cause: 'Somebody has matched or closed the item.', remedy: READ_AGAIN },
  'bank-item-not-of-payment': {
    cause: 'The item cannot belong to this payment: amount, direction or kind differ.',
    remedy: 'Look for the payment by amount and day, or close the item with its file.',
  },
  'payment-not-released': {
    cause: 'The bank reports on a payment that was not ordered from it yet.',
    remedy: 'The bank repeats its call, which is taken once the payment is released.',
  },
  'dividend-exists': {
    cause: 'The `Idempotency-Key` has declared another dividend, and names that one for ever.',
    remedy: 'Use a new key for a new dividend.',
  },
  'dividend-not-adjustable': {
    cause: 'Lines are adjusted once the payments of a dividend are written, and not after its cancellation.',
    remedy: 'Wait until the dividend is PENDING. Before that, correct the register.',
  },
  'dividend-not-cancellable': {
    cause: 'Payments of the dividend have been ordered, or it was cancelled before.',
    remedy: 'Cancel the payments that the bank doesn’t have, and reverse the others.',
  },
  'dividend-not-payable': {
    cause: 'The dividend has not been computed yet, or was cancelled, or is being paid.',
    remedy: 'Wait for its record date to close; `GET /dividends/{id}` shows its state.',
  },
  'dividend-repeated': {
    cause: 'A dividend of the same class, record date and rate stands.',
    remedy: 'If both are meant, say so with `repeats_terms`.',
  },
  'ballot-exists': {
    cause: 'The holder has voted in this meeting.',
    remedy: 'Revoke that ballot, and cast another while the meeting is open.',
  },
  'ballot-revoked': {
    cause: 'The ballot was revoked before.',
    remedy: 'Cast another while the meeting is open.',
  },
  'meeting-not-open': { cause: 'The meeting has not opened.', remedy: 'Vote from `opens_at` on.' },
  'meeting-closed': {
    cause: 'The meeting has closed, and its result is final.',
    remedy: 'Call another meeting to vote again.',
  },
  'meeting-not-changeable': {
    cause: 'The meeting has opened or was cancelled: what is voted on no longer changes.',
    remedy: 'Cancel the meeting if it is open, and call another.',
  },
  'not-redrivable': {
    cause: 'The messages come from several queues, or are rows that their tenant has to correct.',
    remedy: 'Follow docs/runbooks/dlq-redrive.md.',
  },
  'webhook-exists': { cause: 'A webhook with this URL exists.', remedy: 'Change that one.' },
  'too-many-webhooks': { cause: 'The tenant has as many webhooks as it may.', remedy: TOO_MANY },
  'second-factor-exists': {
    cause: 'The user has a second factor.',
    remedy: 'Remove it first; that takes the factor itself, or a second person.',
  },
  'last-way-in': {
    cause: 'Without this identity the user could not sign in.',
    remedy: 'Set a password, or link another identity first.',
  },
  'mapping-exists': {
    cause: 'A mapping with this name exists.',
    remedy: 'Change that one, or choose another name.',
  },
  'too-many-mappings': { cause: 'The tenant has as many mappings as it may.', remedy: TOO_MANY },
  'too-many-drop-credentials': {
    cause: 'Two credentials of the drop folder are live, which is enough to replace one by the other.',
    remedy: 'Revoke the older one.',
  },
  'unsupported-grant': {
    cause: 'The token endpoint takes `client_credentials` alone.',
    remedy: 'Send `grant_type=client_credentials` with the id and secret of an API key.',
  },
  'api-key-exists': {
    cause: 'An API key with this name exists.',
    remedy: 'Choose another name, or rotate that key.',
  },
  'api-key-not-active': {
    cause: 'The API key waits for approval, or was revoked, or has expired.',
    remedy: 'Have a second person approve it, or make another.',
  },
  'too-many-passkeys': {
    cause: 'The user has as many passkeys as they may.',
    remedy: 'Remove one that you don’t use.',
  },
  'passkey-exists': { cause: 'The passkey was added before.', remedy: 'Sign in with it.' },
  'too-many-api-keys': { cause: 'The tenant has as many API keys as it may.', remedy: TOO_MANY },
  'connection-exists': {
    cause: 'Another connection has this name, or stands for the same identity provider or domain.',
    remedy: 'Change that connection.',
  },
  'connection-untested': {
    cause: 'Nobody has signed in by the connection since it was changed.',
    remedy: 'Begin a test with `POST /connections/{id}/test`, sign in, and make it ACTIVE then.',
  },
  'approval-required': {
    cause: 'The resource waits for a second person, and can’t be used before.',
    remedy: 'Have it approved under `/approvals`.',
  },
  'change-pending': {
    cause: 'The same change waits for approval, proposed by you or by another.',
    remedy: 'Have that one decided under `/approvals`.',
  },
  'change-decided': {
    cause: 'The change was approved, denied or withdrawn, or has expired.',
    remedy: 'Propose it anew if it is still wanted.',
  },
  'change-outdated': {
    cause: 'What the change is about has itself changed since it was proposed.',
    remedy: 'Deny it, and propose it anew against what is there now.',
  },
  'precondition-failed': {
    cause: 'Somebody has changed the resource since you read it: `If-Match` names an older version.',
    remedy: 'Read it again, apply your change to what you get, and send its `ETag`.',
  },
  'payload-too-large': {
    cause: 'The body is larger than this operation takes.',
    remedy: 'Send less, or load it as a file: an upload takes up to 1 GB.',
  },
  'unsupported-media-type': {
    cause: 'The `Content-Type` is not one that the operation reads.',
    remedy: 'Send `application/json`, or what the contract names for this operation.',
  },
  'not-acceptable': {
    cause: 'The operation produces none of the media types in `Accept`.',
    remedy: 'Accept one that the contract names, or leave the header out.',
  },
  'validation-failed': {
    cause: 'A field, a parameter or a header is missing, unknown, or not as the contract says.',
    remedy: `Correct it and send the request again. ${FIELDS}`,
  },
  'idempotency-key-reused': {
    cause: 'The `Idempotency-Key` was used with another body, path or caller.',
    remedy: 'Use a new key for a new request, and repeat a request without a change.',
  },
  'adjustment-exceeds-unpaid': {
    cause: 'The adjustment would take away more than is still unpaid.',
    remedy: 'Reduce it. What was paid is reversed at the bank.',
  },
  'no-position': {
    cause: 'The holder had no shares with a vote at the close of the record date.',
    remedy: 'Check the holder, the class and the record date.',
  },
  'insufficient-position': {
    cause: 'The holder has fewer shares of the class on that day, or on a later one.',
    remedy: 'Reduce the quantity, or enter first what brings the shares.',
  },
  'dated-before-split': {
    cause: 'The class was split after that day, and the entry would count in shares of before.',
    remedy: 'Enter it with a day after the split, in the shares of then, or reverse the split first.',
  },
  'security-class-required': {
    cause: 'The holder has shares of several classes.',
    remedy: 'Name one in `security_class`.',
  },
  'authorized-shares-exceeded': {
    cause: 'More shares of the class would be issued than are authorized.',
    remedy: 'Correct the quantity, or raise `authorized` of the class, as the articles allow.',
  },
  'shareholder-not-linked': {
    cause: 'The holder is not an active one of an issuer that has linked the sponsor.',
    remedy: 'Have the issuer link the sponsor, and name one of its holders.',
  },
  'currency-mismatch': {
    cause: 'A balance, a dividend and an account each have one currency, and the request names another.',
    remedy: 'Send the currency that the resource shows.',
  },
  'contribution-limit-exceeded': {
    cause: 'With this contribution the employee would be above a legal limit of the year.',
    remedy: 'Enter what is left: `detail` says how much, and `GET /plans/{id}/explain` of which limit.',
  },
  'vested-balance-exceeded': {
    cause: 'A plan pays at most what has vested and is not on its way.',
    remedy: 'Order less. `GET /plans/{id}/explain` shows what has vested, and why.',
  },
  'forfeitures-exceeded': {
    cause: 'The forfeiture account holds less.',
    remedy:
      'Use at most what it holds: `balance_after` of the last entry of the account in `GET /forfeitures`.',
  },
  'kyc-required': {
    cause: 'The identity of the payee has not been verified, or no longer.',
    remedy: 'Have compliance verify the payee, and order the payment then.',
  },
  'bank-account-required': {
    cause: 'The payee has no bank account that can be paid to.',
    remedy: 'Add one, have it approved, and wait for its cooling-off.',
  },
  'bank-account-blocked': {
    cause: 'The account waits for approval or cooling-off, or its bank has refused payments to it.',
    remedy: 'Wait, or have the payee name another account: `detail` says which.',
  },
  'channel-unavailable': {
    cause: 'The tenant’s channel of payment is not set up, or can’t carry this payment.',
    remedy: 'Complete the payment settings. `detail` says what is missing or too much.',
  },
  'needs-restore': {
    cause: 'The file is in cold storage.',
    remedy: 'Restore it as docs/runbooks/audit-verification.md says, which takes hours, and read it then.',
  },
  'precondition-required': {
    cause: 'The operation changes a resource that others may change, and the request had no `If-Match`.',
    remedy: 'Read the resource, and send its `ETag` as `If-Match`.',
  },
  'too-many-requests': {
    cause: 'You, your tenant or your network has sent as many requests of this kind as it may for now.',
    remedy: 'Wait as long as `Retry-After` says. `RateLimit` tells ahead how many are left.',
  },
  'internal-error': {
    cause: 'Something went wrong that we did not foresee. It was recorded with the id in `instance`.',
    remedy: 'Repeat the request, with the same `Idempotency-Key`. If it fails again, tell us the id.',
  },
  'temporarily-unavailable': {
    cause: 'The database, or another part of the platform, is away or busy. Nothing was changed.',
    remedy: 'Repeat the request after `Retry-After`, with the same `Idempotency-Key`.',
  },
  'gateway-timeout': {
    cause: 'The request took longer than it may. It may still have had its effect.',
    remedy:
      'Repeat it with the same `Idempotency-Key`: it has its effect once. Ask for less, or for an export.',
  },
};
