import Button from '@cloudscape-design/components/button';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
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
import { DocumentForm } from './plan-documents/document-form.tsx';
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
  const [isChanging, setChanging] = useState(false);
  const { data } = query;
  if (data === undefined) return <Opening title="Plan document" above={ABOVE} query={query} />;
  const { terms } = data;
  return (
    <Screen
      title={data.name}
      description={data.plan_type}
      above={ABOVE}
      actions={operates(me) && <Button onClick={() => setChanging(true)}>Change the terms</Button>}
    >
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
      {isChanging && <DocumentForm of={data} onClose={() => setChanging(false)} />}
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

/** A schedule in words. */
function Schedule({ schedule }: { schedule: Terms['vesting_schedule'] }) {
  if (schedule === null) return 'At once';
  const { day_of_month: on, condition } = schedule;
  const rest = [
    ...(on === undefined ? [] : [`on day ${on} of the month`]),
    ...(condition === undefined ? [] : [`not before ${condition.event}`]),
  ];
  return <span className="lines long">{[...partsOf(schedule), ...rest].join('\n')}</span>;
}

function partsOf(schedule: NonNullable<Terms['vesting_schedule']>): readonly string[] {
  if (schedule.type === 'cliff') return [`All after ${schedule.cliff_months} months`];
  if (schedule.type === 'tranches')
    return schedule.tranches.map(
      ({ after_months, percent, fraction }) => `${fraction ?? `${percent} %`} after ${after_months} months`,
    );
  const { total_months: total, every_months: every = 1, cliff_months: cliff = 0, cliff_portion } = schedule;
  return [
    `Over ${total} months`,
    every === 1 ? 'month by month' : `every ${every} months`,
    ...(cliff === 0 ? [] : [`nothing before month ${cliff}`]),
    ...(cliff_portion === undefined ? [] : [`${cliff_portion} in that month`]),
  ];
}
