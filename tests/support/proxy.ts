import { handler as amendHandler } from '#functions/proxy/amend-meeting.ts';
import { handler as cancelHandler } from '#functions/proxy/cancel-meeting.ts';
import { handler as castHandler } from '#functions/proxy/cast-vote.ts';
import { handler as createHandler } from '#functions/proxy/create-meeting.ts';
import { handler as getMeetingHandler } from '#functions/proxy/get-meeting.ts';
import { handler as reportHandler } from '#functions/proxy/get-meeting-report.ts';
import { handler as getVoteHandler } from '#functions/proxy/get-vote.ts';
import { handler as votesHandler } from '#functions/proxy/list-meeting-votes.ts';
import { handler as listHandler } from '#functions/proxy/list-meetings.ts';
import { handler as ofHolderHandler } from '#functions/proxy/list-shareholder-votes.ts';
import { handler as revokeHandler } from '#functions/proxy/revoke-vote.ts';
import type { Principal } from '#platform/http/authorize.ts';
import * as meetings from '#proxy/meetings.routes.ts';
import * as votes from '#proxy/votes.routes.ts';
import { day } from './dividends.ts';
import { call, type TestResponse } from './request.ts';

export const instant = (offsetMs: number): string => new Date(Date.now() + offsetMs).toISOString();
export const HOUR_MS = 3_600_000;

/** An hour ago, but today: a meeting's record date, yesterday, is before the day on which voting opens. */
const openSince = (): string => instant(-Math.min(HOUR_MS, Date.now() - Date.parse(day(0))));

export const AGENDA = [
  { id: '1', title: 'Approve the accounts', kind: 'STANDARD' },
  { id: '2a', title: 'Elect A. Lovelace', kind: 'DIRECTOR' },
];

/** The routes of proxy voting as one caller. */
export class Meetings {
  readonly #as: Principal;

  constructor(as: Principal) {
    this.#as = as;
  }

  call(meeting: object = {}): Promise<TestResponse> {
    const body = {
      title: 'Annual meeting',
      record_date: day(-1),
      bylaws_differ: true,
      opens_at: openSince(),
      closes_at: instant(HOUR_MS),
      quorum: '0.5',
      items: AGENDA,
      ...meeting,
    };
    return call(createHandler, meetings.createMeeting, { as: this.#as, body });
  }

  /** Calls a meeting that is open unless its times differ; returns the id. */
  async meeting(meeting: object = {}): Promise<string> {
    const called = await this.call(meeting);
    if (called.status !== 201) throw new Error(called.text);
    return called.body.id;
  }

  get(id: string): Promise<TestResponse> {
    return call(getMeetingHandler, meetings.getMeeting, { as: this.#as, params: { id } });
  }

  amend(id: string, change: object, version = 1): Promise<TestResponse> {
    const headers = { 'If-Match': `"${version}"` };
    return call(amendHandler, meetings.amendMeeting, { as: this.#as, params: { id }, body: change, headers });
  }

  cancel(id: string, headers: Record<string, string> = {}): Promise<TestResponse> {
    return call(cancelHandler, meetings.cancelMeeting, { as: this.#as, params: { id }, headers });
  }

  list(query: Record<string, string> = {}): Promise<TestResponse> {
    return call(listHandler, meetings.listMeetings, { as: this.#as, query });
  }

  vote(meetingId: string, shareholderId: string, choices: unknown = { 1: 'FOR' }): Promise<TestResponse> {
    const body = { meeting_id: meetingId, shareholder_id: shareholderId, choices };
    return call(castHandler, votes.castVote, { as: this.#as, body });
  }

  /** Casts and answers the ballot's id. */
  async cast(meetingId: string, shareholderId: string, choices?: unknown): Promise<string> {
    const cast = await this.vote(meetingId, shareholderId, choices);
    if (cast.status !== 201) throw new Error(cast.text);
    return cast.body.id;
  }

  getVote(id: string): Promise<TestResponse> {
    return call(getVoteHandler, votes.getVote, { as: this.#as, params: { id } });
  }

  revoke(id: string): Promise<TestResponse> {
    return call(revokeHandler, votes.revokeVote, { as: this.#as, params: { id } });
  }

  report(id: string, accept?: string): Promise<TestResponse> {
    const headers = accept === undefined ? {} : { Accept: accept };
    return call(reportHandler, meetings.getMeetingReport, { as: this.#as, params: { id }, headers });
  }

  votes(id: string, query: Record<string, string> = {}): Promise<TestResponse> {
    return call(votesHandler, votes.listMeetingVotes, { as: this.#as, params: { id }, query });
  }

  ofHolder(id: string): Promise<TestResponse> {
    return call(ofHolderHandler, votes.listShareholderVotes, { as: this.#as, params: { id } });
  }
}
