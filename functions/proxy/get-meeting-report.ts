import { found } from '#platform/db/found.ts';
import { negotiate } from '#platform/http/accept.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';
import { getTally } from '#proxy/get-tally.ts';
import { findMeeting } from '#proxy/meeting.repository.ts';
import { reportCsv, toReport } from '#proxy/meeting-report.ts';
import * as routes from '#proxy/meetings.routes.ts';

export const handler = http(routes.getMeetingReport, async ({ actor, params, headers, tenantRead }) => {
  const format = negotiate(headers.get('accept'), routes.getMeetingReport.produces);
  const report = await tenantRead(async (read) => {
    const meeting = found(await findMeeting(read, params.id));
    return toReport(meeting, await getTally(read, actor.tenantId, params.id));
  });
  if (format === 'application/json') return reply(report, { headers: { vary: 'accept' } });
  const csv = { 'content-type': 'text/csv; charset=utf-8; header=present', vary: 'accept' };
  return reply(reportCsv(report), { headers: csv });
});
