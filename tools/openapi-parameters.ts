import type { RouteEntry } from '../shared/routes.ts';

/** The meaning of parameters that many routes share, by name. */
const SHARED: Readonly<Record<string, string>> = {
  limit: 'The maximum number of entries in the page.',
  cursor: 'The `next_cursor` of the page before.',
  expand: 'What to answer beside it, with commas between the names.',
  total_count:
    'Whether to count what the list has on all its pages: exactly up to 10,000, and beyond that that there are more. It takes as long as reading so many.',
  from: 'The first day, or the instant from which; in the tenant’s time zone.',
  to: 'The last day, or the instant until which; in the tenant’s time zone.',
  as_of: 'The day that is asked for; today where it is absent.',
  known_at: 'The instant whose knowledge is asked for; now where it is absent.',
  dry_run: 'Whether it is only checked and shown.',
  status: 'Only those in this status.',
  state: 'Only those in this state.',
  kind: 'Only those of this kind.',
  type: 'Only those of this kind.',
  approval: 'Only those whose approval stands so.',
  security_class: 'Only this class of shares.',
  shareholder_id: 'Only those of this holder.',
  dividend_id: 'Only those of this dividend.',
  plan_id: 'Only those of this plan.',
  plan_type: 'Only plans of this kind.',
  employee_id: 'Only those of this employee.',
  requested_by: 'Only what this user has asked for.',
  waiting_hours: 'Only what has waited for at least so many hours.',
  decidable: 'Only what you may decide.',
  currency: 'Only this currency.',
  source: 'Only this source of money.',
  direction: 'Only files to the bank, or only those from it.',
  item_state: 'Only items in this state.',
  reason: 'Only those that this keeps from being paid.',
  year: 'The calendar year.',
  period: 'The month, such as `2026-10`.',
  every: 'The distance between two days of the history.',
  q: 'Words of the name, in any order, or the beginning of the reference.',
  name: 'Only holders of this name.',
  email: 'Only holders with this mail address.',
  external_ref: 'Only the holder with this reference.',
  kyc_status: 'Only those whose verification stands so.',
  treasury: 'Only the issuer’s own shares, or only those of others.',
  payable_account: 'Only holders with a bank account that can be paid to, or only those without.',
  blocked: 'Only holders whose account the bank has blocked.',
  tax_certified: 'Only holders with a form W-9 or W-8 that holds today, or only those without.',
  enrolled: 'Only participants with an active plan, or only those without.',
  sort: 'The key by which the list is sorted; `-` before it turns it around. What has no value comes last, and what shares one is in the order of ids. A `cursor` goes with its order.',
  mapping: 'The name of the mapping that says which column is what.',
  mode: 'Whether holders who are not in the file keep their shares (`merge`) or lose them (`replace`).',
  expected_rows: 'The number of rows that the file must have.',
  expected_total: 'The sum that the file must have.',
  encoding: 'The encoding of the file, where it can’t be seen from its bytes.',
  actor_id: 'Only what this user has done.',
  resource: 'Only what was done to this resource.',
  request_id: 'Only what this request has done.',
  action: 'Only this action.',
  security: 'Only what concerns security.',
  current: 'Whether the session that asks ends too.',
  tenant: 'The short name of the tenant.',
  code: 'The code that the provider sends back.',
  iss: 'The provider’s name for itself.',
  error: 'Why the provider refused.',
  error_description: 'Why the provider refused, in words.',
  redirect_uri: 'Where the browser goes at the end.',
  code_challenge: 'The SHA-256 of the verifier that `POST /auth/sso/token` is sent, in base64url.',
  login_hint: 'Who wants to sign in, for the provider.',
  link: 'The token by which an identity is linked to a user.',
  anew: 'Whether the provider must ask again who it is.',
  ticket: 'The ticket of a connection test.',
  filter: 'Only resources that match, in the filter language of SCIM (RFC 7644).',
  startIndex: 'The number of the first resource of the page, from 1.',
  count: 'The maximum number of resources in the page.',
  attributes: 'The attributes that are answered.',
  excludedAttributes: 'The attributes that are not answered.',
  sortBy: 'The attribute that the list is sorted by.',
  sortOrder: 'The direction of the order.',
  aadOptscim062020: 'Sent by Microsoft Entra, and ignored.',
};

/** The meaning of parameters in the path that name something else than the resource before them. */
const IN_PATH: Readonly<Record<string, string>> = {
  acceleration: 'The id of the acceleration.',
  approval: 'The id of the change request.',
  asset: 'The name of the file.',
  code: 'The short name of the class.',
  connection: 'The id of the connection.',
  contribution_id: 'The id of the contribution.',
  delivery_id: 'The id of the delivery.',
  employee: 'The id by which the sponsor knows the employee.',
  grant_id: 'The id of the grant.',
  item_id: 'The id of the item.',
  queue: 'The name of the queue.',
  schema: 'The URN of the schema.',
  slug: 'The last part of the `type` of the problem, such as `not-found`.',
  type: 'The name of the resource type.',
};

/** Describes a parameter of a route; undefined where nobody has said what it means. */
export function parameterDescription(
  { path }: Pick<RouteEntry, 'path'>,
  name: string,
  where: 'path' | 'query',
): string | undefined {
  if (where === 'query') return SHARED[name];
  return IN_PATH[name] ?? (name === 'id' ? `The id of the ${nounBefore(path)}.` : undefined);
}

/** The resource before `{id}` in a path, in the singular: `/security-classes/{id}` → `security class`. */
function nounBefore(path: string): string {
  const segments = path.split('/');
  const plural = segments[segments.indexOf('{id}') - 1] ?? 'resource';
  const singular = plural.replace(/(ss)es$/, '$1').replace(/([^s])s$/, '$1');
  return singular.replaceAll('-', ' ').toLowerCase();
}
