import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { useAddress } from '../parts/address.ts';
import { day, instant, money, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { worth } from '../parts/plan-list.tsx';
import { Screen } from '../parts/screen.tsx';
import { historyTab } from '../parts/trail.tsx';
import { EndPlan } from './plan/end-plan.tsx';
import { Contributions, Grants } from './plan/entries.tsx';
import { ReinstatePlan } from './plan/reinstate-plan.tsx';
import { Statement } from './plan/statement.tsx';
import { VestingTab } from './plan/vesting.tsx';
import { Why } from './plan/why.tsx';

/** Their plans have grants, if not yet. */
const OF_SHARES: readonly string[] = ['RSU', 'ESOP'];

/** A plan: what is in it, what of it is the employee’s and when, and why each of these numbers is what it is. */
export default function PlanScreen({ id, me }: { id: string; me: Me }) {
  const [search, set] = useAddress();
  const query = useQuery({
    queryKey: ['plans', id],
    queryFn: () => call('GET /plans/{id}', { params: { id } }),
  });
  const { data: plan } = query;
  const own = me.role === 'EMPLOYEE';
  const above = own ? { text: 'Your plans', path: '/' } : { text: 'Plans', path: '/plans' };
  if (plan === undefined) return <Opening title="Plan" above={above} query={query} />;
  const zone = me.tenant?.time_zone;
  const canChange = operates(me) && plan.status === 'ACTIVE';
  return (
    <Screen
      title={own ? plan.plan_type : `${plan.plan_type} of ${plan.employee_id}`}
      description={plan.terminated_on === null ? words(plan.status) : `Ends on ${day(plan.terminated_on)}`}
      above={above}
      actions={
        operates(me) && (
          <SpaceBetween direction="horizontal" size="xs">
            {plan.terminated_on !== null && <ReinstatePlan plan={plan} />}
            {canChange && <EndPlan plan={plan} />}
          </SpaceBetween>
        )
      }
    >
      <Facts plan={plan} own={own} zone={zone} />
      <Tabs
        activeTabId={search.get('tab') ?? 'vesting'}
        onChange={({ detail }) => set({ tab: detail.activeTabId })}
        tabs={[
          { id: 'vesting', label: 'Vesting', content: <VestingTab plan={plan} canChange={canChange} /> },
          ...(plan.granted === null && !OF_SHARES.includes(plan.plan_type)
            ? [
                {
                  id: 'contributions',
                  label: 'Contributions',
                  content: <Contributions plan={plan} zone={zone} canChange={operates(me)} />,
                },
              ]
            : [{ id: 'grants', label: 'Grants', content: <Grants plan={plan} canChange={canChange} /> }]),
          { id: 'why', label: 'Why these numbers', content: <Why plan={plan} /> },
          { id: 'statement', label: 'Statement', content: <Statement plan={plan} me={me} /> },
          ...historyTab(me, `plans/${plan.id}`),
        ]}
      />
    </Screen>
  );
}

function Facts({
  plan,
  own,
  zone,
}: {
  plan: Answer<'GET /plans/{id}'>;
  own: boolean;
  zone: string | undefined;
}) {
  const { currency } = plan;
  const digits = (text: string) => (
    <span key={text} className="digits long">
      {text}
    </span>
  );
  const ofMoney: readonly (readonly [string, ReactNode])[] = [
    ['In it', digits(money(plan.balance, currency))],
    ['Vested', digits(worth(plan, plan.vested_balance))],
    ['Can be paid out', digits(money(plan.available, currency))],
    ['On its way', digits(money(plan.pending, currency))],
    ['Unvested, held', digits(money(plan.forfeitable, currency))],
  ];
  return (
    <Pairs
      title="Plan"
      answer={plan}
      items={[
        ...(own
          ? []
          : [
              [
                'Person',
                <Go key="person" to={`/participants/${encodeURIComponent(plan.employee_id)}`}>
                  {plan.employee_id}
                </Go>,
              ] as const,
            ]),
        ...(plan.granted === null
          ? ofMoney
          : [
              ['Granted', digits(worth(plan, plan.granted))] as const,
              ['Vested', digits(worth(plan, plan.vested_balance))] as const,
            ]),
        ...(plan.granted === null
          ? []
          : [['Waits for its event', digits(worth(plan, plan.awaiting_event))] as const]),
        ['Forfeited', digits(worth(plan, plan.forfeited))],
        ['Since', day(plan.enrolled_on)],
        ['Last day', plan.terminated_on === null ? '–' : day(plan.terminated_on)],
        ['Entered', instant(plan.created_at, zone)],
        ['Version', String(plan.version)],
      ]}
    />
  );
}
