import { addDays, type Day } from '#kernel/calendar.ts';
import type { DemoDoors } from './doors.ts';

export interface DemoIssuer {
  /** The token of the user who places orders. */
  readonly ops: string;
  readonly compliance: string;
}

export interface DemoCorporateActions {
  /** The id of the pending dividend for every holder in the register. */
  readonly dividendId: string;
  /** The id of the dividend on the preferred shares, which the mock bank pays; it is PAID with the next `resume-dividends`. */
  readonly paidDividendId: string;
  readonly meetingId: string;
  readonly ballots: number;
}

const PREFERRED_HOLDERS = ['Seed Ventures LP', 'Harbour Growth Fund', 'Founders Trust'];
/** An account into which the mock bank settles, see docs/mock-bank.md. */
const SETTLING_ACCOUNT = '900000000000';
const VOTERS = 60;

/** Declares and pays dividends, and calls a meeting at which a part of the register has voted. */
export async function loadIssuerDemo(
  doors: DemoDoors,
  issuer: DemoIssuer,
  today: Day,
): Promise<DemoCorporateActions> {
  const dividendId = await declare(doors, issuer, today, {
    rate_per_share: '0.32',
    payable_date: addDays(today, 14),
  });
  await enterPreferred(doors, issuer, today);
  const paidDividendId = await declare(doors, issuer, today, {
    security_class: 'PREFERRED',
    payable_date: today,
    total_pool: '21000.00',
  });
  await doors.drained();
  const run = await doors.call<{ id: string }>(
    'POST',
    `/dividends/${paidDividendId}/disburse`,
    issuer.ops,
    undefined,
    { 'idempotency-key': 'demo-dividend-paid' },
  );
  await doors.call('POST', `/approvals/${run.id}/approve`, issuer.compliance);
  const meetingId = await callMeeting(doors, issuer, today);
  const ballots = await vote(doors, issuer, meetingId);
  await doors.drained();
  return { dividendId, paidDividendId, meetingId, ballots };
}

/** The record date is yesterday: a day that is open can't be frozen. */
async function declare(
  doors: DemoDoors,
  { ops, compliance }: DemoIssuer,
  today: Day,
  terms: { security_class?: string; rate_per_share?: string; total_pool?: string; payable_date: string },
): Promise<string> {
  const record_date = addDays(today, -1);
  const body = { currency: 'USD', declaration_date: record_date, record_date, ...terms };
  const key = { 'idempotency-key': `demo-dividend-${terms.security_class ?? 'COMMON'}` };
  const { id } = (await doors.call('POST', '/dividends/schedule', ops, body, key)) as { id: string };
  const inbox = '/approvals?state=PENDING&kind=dividend&limit=200';
  const { data } = await doors.call<{ data: { id: string; subject: { id: string } }[] }>(
    'GET',
    inbox,
    compliance,
  );
  const request = data.find(({ subject }) => subject.id === id);
  await doors.call('POST', `/approvals/${request?.id}/approve`, compliance);
  return id;
}

async function enterPreferred(doors: DemoDoors, { ops, compliance }: DemoIssuer, today: Day): Promise<void> {
  const preferred = { code: 'PREFERRED', name: 'Preferred stock', kind: 'PREFERRED', authorized: '1000000' };
  await doors.call('POST', '/security-classes', ops, preferred);
  for (const [index, name] of PREFERRED_HOLDERS.entries()) {
    const holder = {
      external_ref: `PREF-${index + 1}`,
      name,
      holdings: String(10_000 * (index + 3)),
      security_class: 'PREFERRED',
      effective_date: addDays(today, -30),
    };
    // The first shares of a further class wait for a second person.
    const change = await doors.call<{ id: string }>('POST', '/shareholders', ops, holder);
    await doors.call('POST', `/approvals/${change.id}/approve`, compliance);
    const { data } = await doors.call<{ data: readonly { id: string; version: number }[] }>(
      'GET',
      `/shareholders?external_ref=${holder.external_ref}`,
      ops,
    );
    const [{ id = '', version = 0 } = {}] = data;
    const verified = { status: 'VERIFIED' };
    await doors.call('PATCH', `/shareholders/${id}/kyc`, compliance, verified, {
      'if-match': `"${version}"`,
    });
    const account = await doors.call<{ id: string }>('POST', `/shareholders/${id}/bank-accounts`, ops, {
      routing_number: '121042882',
      account_number: SETTLING_ACCOUNT,
      account_type: 'CHECKING',
      holder_name: name,
    });
    await doors.call('POST', `/approvals/${account.id}/approve`, compliance);
  }
}

async function callMeeting(doors: DemoDoors, { ops }: DemoIssuer, today: Day): Promise<string> {
  const meeting = {
    title: `Annual meeting ${today.slice(0, 4)}`,
    record_date: addDays(today, -20),
    opens_at: `${addDays(today, -1)}T14:00:00Z`,
    closes_at: `${addDays(today, 30)}T18:00:00Z`,
    quorum: '0.1',
    items: [
      { id: '1', title: 'Approve the annual accounts', kind: 'STANDARD' },
      { id: '2', title: 'Ratify the auditor', kind: 'STANDARD' },
      { id: '3a', title: 'Elect Ada Okafor to the board', kind: 'DIRECTOR' },
      { id: '3b', title: 'Elect Ken Weber to the board', kind: 'DIRECTOR' },
    ],
  };
  const { id } = (await doors.call('POST', '/proxy/meetings', ops, meeting)) as { id: string };
  return id;
}

/** The same ballots on every machine. */
async function vote(doors: DemoDoors, { ops }: DemoIssuer, meetingId: string): Promise<number> {
  const { data } = (await doors.call('GET', `/shareholders?limit=${VOTERS}`, ops)) as {
    data: { id: string }[];
  };
  for (const [index, { id }] of data.entries()) {
    const choices = {
      1: ['FOR', 'FOR', 'FOR', 'AGAINST', 'ABSTAIN'][index % 5],
      2: index % 4 === 3 ? 'AGAINST' : 'FOR',
      '3a': index % 6 === 5 ? 'WITHHOLD' : 'FOR',
      ...(index % 3 === 0 ? {} : { '3b': index % 2 === 0 ? 'FOR' : 'WITHHOLD' }),
    };
    await doors.call('POST', '/proxy/votes', ops, { meeting_id: meetingId, shareholder_id: id, choices });
  }
  return data.length;
}
