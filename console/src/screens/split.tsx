import Button from '@cloudscape-design/components/button';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../api/call.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act, Proposed, proposedBy } from '../parts/act.tsx';
import { day, grouped, instant, money } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Screen } from '../parts/screen.tsx';
import { History } from '../parts/trail.tsx';
import { FRACTIONS, ratioOf, type Split, SplitState } from './splits/split-list.tsx';

const ABOVE = { text: 'Splits', path: '/splits' };
/** A split is on its way for minutes at most. */
const EVERY_MS = 5_000;
const ON_ITS_WAY: readonly Split['state'][] = ['SCHEDULED', 'APPLYING', 'REVERSING'];

/** A split of a class of shares, and its reversal as a whole. */
export default function SplitOfShares({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['corporate-actions', 'one', id],
    queryFn: () => call('GET /corporate-actions/{id}', { params: { id } }),
    refetchInterval: ({ state }) =>
      state.data !== undefined && ON_ITS_WAY.includes(state.data.state) ? EVERY_MS : false,
  });
  const [isReversing, setReversing] = useState(false);
  const [proposed, setProposed] = useState<string>();
  const { data } = query;
  if (data === undefined) return <Opening title="Split" above={ABOVE} query={query} />;
  const { version, state } = data;
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title={`Split of ${data.security_class}, ${ratioOf(data)}`}
      description={`Effective ${day(data.effective_date)}`}
      above={ABOVE}
      actions={
        operates(me) &&
        (state === 'SCHEDULED' || state === 'APPLIED') && (
          <Button onClick={() => setReversing(true)}>
            {state === 'SCHEDULED' ? 'Call it off' : 'Reverse it'}
          </Button>
        )
      }
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      <Pairs
        title="Split"
        answer={data}
        items={[
          ['State', <SplitState key="state" state={state} />],
          [
            'Class',
            <Go key="class" to={`/classes/${encodeURIComponent(data.security_class)}`}>
              {data.security_class}
            </Go>,
          ],
          ['Ratio', ratioOf(data)],
          ['Fractions', FRACTIONS[data.fractions]],
          ['Effective', day(data.effective_date)],
          ...sharesOf(data),
          ...cashOf(data),
          ['Applied', data.applied_at === null ? '–' : instant(data.applied_at, zone)],
          ['Approved', instant(data.created_at, zone)],
          ['Version', String(version)],
        ]}
      />
      <History me={me} resource={`corporate-actions/${id}`} />
      {isReversing && (
        <Act
          verb={state === 'SCHEDULED' ? 'Call it off' : 'Reverse the split'}
          asks="It is reversed as a whole, once a second person has approved: every holder has again what they had. The cash for its fractions is cancelled with it."
          reason={{ most: 200 }}
          record={data}
          content={String(version)}
          send={({ key, reason }) =>
            call('POST /corporate-actions/{id}/reverse', {
              params: { id },
              version,
              key,
              body: reason === '' ? {} : { reason },
            })
          }
          onDone={(answer) => setProposed(proposedBy(answer))}
          onClose={() => setReversing(false)}
        />
      )}
    </Screen>
  );
}

type Facts = readonly (readonly [label: string, value: ReactNode])[];

function digits(quantity: string): ReactNode {
  return <span className="digits long">{grouped(quantity)}</span>;
}

/** Returns what a split comes to: before it is applied, nobody knows. */
export function sharesOf(
  split: Pick<
    Split,
    'holders' | 'before' | 'after' | 'fractions_total' | 'authorized_before' | 'authorized_after'
  >,
): Facts {
  const shares = (quantity: string | null) => (quantity === null ? '–' : digits(quantity));
  const authorized = (quantity: string | null) => (quantity === null ? 'No limit' : digits(quantity));
  return [
    ['Holders', split.holders === null ? '–' : grouped(String(split.holders))],
    ['Shares before', shares(split.before)],
    ['Shares after', shares(split.after)],
    ['Fractions left over', shares(split.fractions_total)],
    ['Authorised before', authorized(split.authorized_before)],
    ['Authorised after', authorized(split.authorized_after)],
  ];
}

function cashOf({ price_per_share: price, currency, payable_date: on, dividend_id: dividend }: Split): Facts {
  if (price === undefined || currency === undefined || on === undefined) return [];
  return [
    ['Price of a share', money(price, currency)],
    ['Payable', day(on)],
    [
      'Paid as',
      dividend === null || dividend === undefined ? (
        '–'
      ) : (
        <Go key="dividend" to={`/dividends/${dividend}`}>
          Dividend {dividend.slice(-6)}
        </Go>
      ),
    ],
  ];
}
