import type * as z from 'zod';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { type CsvCell, csvLine } from '#platform/storage/csv.ts';
import { CHOICES, type Choice } from './choices.ts';
import { type MeetingRow, stateOf } from './meeting.repository.ts';
import type { MeetingReport } from './meetings.routes.ts';
import { hasCarried } from './outcome.ts';
import type { Tally } from './tally.repository.ts';
import { FRACTION } from './threshold.ts';

type Report = z.infer<typeof MeetingReport>;

/** Returns the report of a tally: every choice of every item, in the order of the agenda, including those that nobody made. */
export function toReport(meeting: MeetingRow, tally: Tally): Report {
  const counted = new Map(tally.counts.map((count) => [`${count.choice} ${count.item_id}`, count]));
  return {
    meeting_id: meeting.id,
    state: stateOf(meeting),
    entitled_shares: tally.entitled_shares,
    voted_shares: tally.voted_shares,
    ballots: tally.ballots,
    turnout: tally.turnout,
    quorum: canonicalDecimal(meeting.quorum),
    quorum_reached: tally.quorum_reached,
    items: meeting.items.map((item) => {
      const countOf = (choice: Choice) => {
        const { ballots = 0, shares = '0' } = counted.get(`${choice} ${item.id}`) ?? {};
        return { ballots, shares };
      };
      const [inFavour, against] = CHOICES[item.kind];
      const carried = hasCarried({
        ...item,
        votesFor: countOf(inFavour).shares,
        votesAgainst: countOf(against).shares,
      });
      return {
        ...item,
        counts: Object.fromEntries(CHOICES[item.kind].map((choice) => [choice, countOf(choice)])),
        carried: carried === null ? null : carried && tally.quorum_reached,
      };
    }),
    tally_sha256: tally.tally_sha256,
  };
}

const HEADER = [
  'meeting_id',
  'item_id',
  'item_title',
  'kind',
  'choice',
  'ballots',
  'shares',
  'entitled_shares',
  'voted_shares',
  'turnout',
  'quorum_reached',
  'threshold',
  'carried',
  'tally_sha256',
];

/** Returns one line for each item and choice; each carries the sums of the meeting, so that a line is complete by itself. */
export function reportCsv(report: Report): string {
  const decimal = (value: string): CsvCell => ({ decimal: value });
  const sums = [
    decimal(report.entitled_shares),
    decimal(report.voted_shares),
    decimal(report.turnout),
    String(report.quorum_reached),
  ];
  const lines = report.items.flatMap((item) =>
    Object.entries(item.counts).map(([choice, { ballots, shares }]) =>
      csvLine([
        ...[report.meeting_id, item.id, item.title, item.kind, choice, ballots, decimal(shares), ...sums],
        item.threshold === null || FRACTION.test(item.threshold) ? item.threshold : decimal(item.threshold),
        item.carried === null ? '' : String(item.carried),
        report.tally_sha256,
      ]),
    ),
  );
  return [csvLine(HEADER), ...lines].join('');
}
