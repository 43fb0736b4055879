import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { useAddress } from '../parts/address.ts';
import { BankAccounts } from '../parts/bank-accounts.tsx';
import { day, instant, money } from '../parts/format.ts';
import { Check } from '../parts/kyc.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { PlanList } from '../parts/plan-list.tsx';
import { RecordCheck } from '../parts/record-check.tsx';
import { Screen } from '../parts/screen.tsx';
import { historyTab } from '../parts/trail.tsx';
import { ChangeParticipant } from './participant/change-participant.tsx';
import { Enrol } from './participant/enrol.tsx';

const ABOVE = { text: 'People', path: '/participants' };

/** A person: their service, their pay, and their plans. */
export default function Participant({ employee, me }: { employee: string; me: Me }) {
  const query = useQuery({
    queryKey: ['participants', employee],
    queryFn: () => call('GET /participants/{employee}', { params: { employee } }),
  });
  const { data } = query;
  const [search, set] = useAddress();
  const [isEnrolling, setEnrolling] = useState(false);
  const [isChanging, setChanging] = useState(false);
  if (data === undefined) return <Opening title="Person" above={ABOVE} query={query} />;
  const onDay = (on: string | null): string => (on === null ? '–' : day(on));
  return (
    <Screen
      title={data.name ?? data.employee_id}
      description={data.employee_id}
      above={ABOVE}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <RecordCheck
            me={me}
            of={data}
            send={(body, version) =>
              call('PATCH /participants/{employee}/kyc', { params: { employee }, version, body })
            }
          />
          {operates(me) && <Button onClick={() => setChanging(true)}>Change</Button>}
          {operates(me) && <Button onClick={() => setEnrolling(true)}>Enrol</Button>}
        </SpaceBetween>
      }
    >
      <Pairs
        title="Person"
        answer={data}
        items={[
          ['KYC', <Check key="kyc" {...data} />],
          [
            'Email',
            <span key="email" className="long">
              {data.email ?? '–'}
            </span>,
          ],
          ['Born', onDay(data.date_of_birth)],
          ['Hired', onDay(data.hired_on)],
          ['Left', onDay(data.terminated_on)],
          ['Came back', onDay(data.rehired_on)],
          [
            'Pay of a year',
            <span key="pay" className="digits">
              {money(data.compensation, 'USD')}
            </span>,
          ],
          [
            'Wages by year',
            <span key="wages" className="digits lines">
              {data.wages.length === 0
                ? '–'
                : data.wages.map(({ year, amount }) => `${year}: ${money(amount, 'USD')}`).join('\n')}
            </span>,
          ],
          ['Entered', instant(data.created_at, me.tenant?.time_zone)],
          ['Version', String(data.version)],
        ]}
      />
      <Tabs
        activeTabId={search.get('tab') ?? 'plans'}
        onChange={({ detail }) => set({ tab: detail.activeTabId })}
        tabs={[
          {
            id: 'plans',
            label: 'Plans',
            content: (
              <PlanList
                title="Plans"
                empty="This person has no plan."
                queryKey={['plans', 'of', employee]}
                load={(page) => call('GET /plans', { query: { ...page, employee_id: employee } })}
              />
            ),
          },
          {
            id: 'accounts',
            label: 'Bank accounts',
            content: <BankAccounts of={{ employee }} me={me} canAdd />,
          },
          ...historyTab(me, `participants/${employee}`),
        ]}
      />
      {isEnrolling && <Enrol employee={employee} onClose={() => setEnrolling(false)} />}
      {isChanging && <ChangeParticipant of={data} onClose={() => setChanging(false)} />}
    </Screen>
  );
}
