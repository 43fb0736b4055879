import Box from '@cloudscape-design/components/box';
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { day, instant, money, words } from '../parts/format.ts';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Rows } from '../parts/rows.tsx';
import { Screen } from '../parts/screen.tsx';
import { History } from '../parts/trail.tsx';
import { Matching } from './plan-documents/matching.tsx';

type Document = Answer<'GET /plan-documents/{id}'>;
type Terms = Document['terms'];

const ABOVE = { text: 'Plan documents', path: '/plan-documents' };

/** The terms of a plan, as they were and as they are, and the match that is computed by them. */
export default function PlanDocument({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['plan-documents', id],
    queryFn: () => call('GET /plan-documents/{id}', { params: { id } }),
  });
  const { data } = query;
  if (data === undefined) return <Opening title="Plan document" above={ABOVE} query={query} />;
  const { terms } = data;
  return (
    <Screen title={data.name} description={data.plan_type} above={ABOVE}>
      <Pairs
        title={`In force since ${day(terms.effective_from)}`}
        answer={data}
        items={[
          ['Takes', terms.sources.map(words).join(', ') || 'No money'],
          ['Match', <Formula key="match" match={terms.match} currency={data.currency} />],
          ['Vesting', <Schedule key="vesting" schedule={terms.vesting_schedule} />],
          ['Entry', entryOf(terms)],
          ['Currency', data.currency],
          ['Written', instant(data.created_at, me.tenant?.time_zone)],
          ['Version', String(data.version)],
        ]}
      />
      {operates(me) && terms.match !== null && <Matching document={data} />}
      <Rows
        name="versions"
        title="Versions"
        description="The newest first. Each counts from its day on."
        items={data.versions.toReversed()}
        rowId={({ version }) => String(version)}
        empty="It has none."
        columns={[
          {
            id: 'from',
            header: 'From',
            isRowHeader: true,
            minWidth: 110,
            cell: (row) => day(row.effective_from),
          },
          {
            id: 'sources',
            header: 'Takes',
            minWidth: 140,
            cell: (row) => row.sources.map(words).join(', ') || 'No money',
          },
          {
            id: 'match',
            header: 'Match',
            minWidth: 180,
            cell: (row) => <Formula match={row.match} currency={data.currency} />,
          },
          {
            id: 'vesting',
            header: 'Vesting',
            minWidth: 160,
            cell: (row) => <Schedule schedule={row.vesting_schedule} />,
          },
          { id: 'entry', header: 'Entry', minWidth: 140, cell: (row) => entryOf(row) },
        ]}
      />
      <History me={me} resource={`plan-documents/${id}`} />
    </Screen>
  );
}

function entryOf({ min_age: age, service_months: months, entry_dates: dates }: Terms): string {
  const conditions = [
    ...(age > 0 ? [`from ${age} years of age`] : []),
    ...(months > 0 ? [`after ${months} months of service`] : []),
  ];
  return [words(dates), ...conditions].join(', ');
}

function Formula({ match, currency }: { match: Terms['match']; currency: string }) {
  if (match === null) return 'None';
  const tiers = match.tiers.map(({ rate, up_to }) => `${rate} % of what is deferred up to ${up_to} % of pay`);
  const rest = [
    ...(match.annual_cap === null ? [] : [`at most ${money(match.annual_cap, currency)} a year`]),
    `${match.pay_periods} pay periods`,
    ...(match.true_up ? ['with true-up'] : []),
  ];
  return <span className="lines">{[...tiers, rest.join(', ')].join('\n')}</span>;
}

/** A schedule as the API has it: each of its members is a word of the contract. */
function Schedule({ schedule }: { schedule: Terms['vesting_schedule'] }) {
  if (schedule === null) return 'At once';
  const { type, ...rest } = schedule as { readonly type: string } & Readonly<Record<string, unknown>>;
  const members = Object.entries(rest).map(
    ([name, value]) =>
      `${words(name).toLowerCase()}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  return (
    <Box variant="span">
      <span className="lines long">{[words(type), ...members].join('\n')}</span>
    </Box>
  );
}
