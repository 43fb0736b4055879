import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { day, grouped, instant } from '../parts/format.ts';
import { HolderLink } from '../parts/holder.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { PlanLink } from '../parts/payment.tsx';
import { Screen } from '../parts/screen.tsx';
import { History } from '../parts/trail.tsx';
import { Answering } from './releases/answering.tsx';
import { ReleaseState } from './releases/release-state.tsx';

const ABOVE = { text: 'Share releases', path: '/releases' };
const EVERY_MS = 10_000;

/** A release run: its totals, the grants that it takes from, and what either side can do about it. */
export default function Release({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['releases', id],
    queryFn: () => call('GET /releases/{id}', { params: { id } }),
    refetchInterval: EVERY_MS,
  });
  const { data } = query;
  if (data === undefined) return <Opening title="Release" above={ABOVE} query={query} />;
  const ofSponsor = me.tenant?.type === 'SPONSOR';
  const shares = (quantity: string) => (
    <span key={quantity} className="digits long">
      {grouped(quantity)}
    </span>
  );
  return (
    <Screen
      title={`Release as of ${day(data.as_of)}`}
      description={ofSponsor ? data.issuer : data.sponsor}
      above={ABOVE}
    >
      <Pairs
        title="Run"
        answer={data}
        items={[
          ['State', <ReleaseState key="state" state={data.state} />],
          ['Grants', grouped(String(data.grants))],
          ['Holders', grouped(String(data.holders))],
          ['Vested', shares(data.vested)],
          [
            'Withheld',
            <span
              key="withheld"
              className="digits long"
            >{`${grouped(data.withheld)} (${data.withholding_percent} %)`}</span>,
          ],
          ['To holders', shares(data.net)],
          ['Class', data.security_class ?? '–'],
          ['Settled', data.settled_on === null ? '–' : day(data.settled_on)],
          ...(data.decline_reason === null
            ? []
            : [
                [
                  'Why it was declined',
                  <span key="reason" className="long" dir="auto">
                    {data.decline_reason}
                  </span>,
                ] as const,
              ]),
          ['Entered', instant(data.created_at, me.tenant?.time_zone)],
        ]}
      />
      {operates(me) && data.state === 'OFFERED' && <Answering release={data} asSponsor={ofSponsor} />}
      <Pages
        name="release-lines"
        title="Grants"
        queryKey={['releases', id, 'lines', data.version]}
        counted
        load={(page) => call('GET /releases/{id}/lines', { params: { id }, query: { ...page } })}
        rowId={(row: Row<'GET /releases/{id}/lines'>) => row.grant_id}
        empty="It has no lines."
        columns={[
          {
            id: 'holder',
            header: ofSponsor ? 'Plan' : 'Holder',
            isRowHeader: true,
            cell: (row) =>
              ofSponsor ? (
                <PlanLink id={row.plan_id} name={row.participant_name} tab="?tab=grants" />
              ) : (
                <HolderLink id={row.shareholder_id} name={row.holder_name} />
              ),
          },
          { id: 'vested', header: 'Vested', cell: (row) => shares(row.vested) },
          { id: 'withheld', header: 'Withheld', cell: (row) => shares(row.withheld) },
          { id: 'net', header: 'To the holder', cell: (row) => shares(row.net) },
        ]}
      />
      <History me={me} resource={`releases/${id}`} />
    </Screen>
  );
}
