import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import { Act } from '../../parts/act.tsx';
import { day, grouped } from '../../parts/format.ts';
import { OneOf } from '../../parts/one-of.tsx';
import { Rows } from '../../parts/rows.tsx';
import type { Plan } from './schedule.ts';

const ORDERS = {
  SOONEST_FIRST: 'The soonest first',
  LAST_FIRST: 'The last first',
  PRO_RATA: 'Of each in proportion',
} as const;
type Order = keyof typeof ORDERS;
const orders = Object.entries(ORDERS).map(([value, label]) => ({ value: value as Order, label }));

type Acceleration = Plan['accelerations'][number];

interface Props {
  readonly plan: Plan;
  /** Whether who looks may change it. */
  readonly canChange: boolean;
}

/** Lists and plans what vests ahead of the schedule. Until its day has come, it can be withdrawn. */
export function Accelerations({ plan, canChange }: Props) {
  const [isPlanning, setPlanning] = useState(false);
  const [withdrawn, setWithdrawn] = useState<Acceleration>();
  if (plan.accelerations.length === 0 && !canChange) return null;
  return (
    <>
      <Rows
        name="accelerations"
        title="Ahead of the schedule"
        items={plan.accelerations}
        rowId={({ id, date }) => id ?? date}
        empty="Everything vests by its schedule."
        actions={canChange && <Button onClick={() => setPlanning(true)}>Vest ahead</Button>}
        columns={[
          { id: 'date', header: 'Day', isRowHeader: true, cell: (row) => day(row.date) },
          {
            id: 'quantity',
            header: 'What',
            cell: (row) => (
              <span className="digits long">
                {row.quantity === null ? 'All that is unvested' : `${grouped(row.quantity)} shares`}
              </span>
            ),
          },
          { id: 'order', header: 'Taken', cell: (row) => (row.order === null ? '–' : ORDERS[row.order]) },
          {
            id: 'acts',
            header: 'State',
            minWidth: 150,
            cell: (row) =>
              row.date <= plan.vested_as_of ? (
                'Vested'
              ) : canChange && row.id !== null ? (
                <Button
                  variant="inline-link"
                  ariaLabel={`Withdraw what is planned for ${day(row.date)}`}
                  onClick={() => setWithdrawn(row)}
                >
                  Withdraw it
                </Button>
              ) : (
                'Planned'
              ),
          },
        ]}
      />
      {isPlanning && <Accelerate plan={plan} onClose={() => setPlanning(false)} />}
      {withdrawn !== undefined && (
        <Act
          verb="Withdraw it"
          asks={`What was planned for ${day(withdrawn.date)} vests by the schedule.`}
          content={`${withdrawn.id} ${plan.version}`}
          send={({ key }) =>
            call('POST /plans/{id}/accelerations/{acceleration}/withdraw', {
              params: { id: plan.id, acceleration: withdrawn.id ?? '' },
              version: plan.version,
              key,
            })
          }
          record={plan}
          onClose={() => setWithdrawn(undefined)}
        />
      )}
    </>
  );
}

function Accelerate({ plan, onClose }: { plan: Plan; onClose(): void }) {
  const [quantity, setQuantity] = useState('');
  const [order, setOrder] = useState<Order>('SOONEST_FIRST');
  const [on, setOn] = useState('');
  const [grant, setGrant] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  const hasGrants = plan.granted !== null;
  const { data } = useQuery({
    queryKey: ['plans', plan.id, plan.version, 'grants', 'named'],
    queryFn: () => call('GET /plans/{id}/grants', { params: { id: plan.id }, query: { limit: '200' } }),
    enabled: hasGrants,
  });
  const grants = [
    { value: '', label: 'All of them' },
    ...(data?.data ?? [])
      .filter(({ unvested }) => unvested !== '0')
      .map((one) => ({
        value: one.id,
        label: `${grouped(one.quantity)} of ${day(one.grant_date)}`,
        description: `${grouped(one.unvested)} unvested`,
      })),
  ];
  const body = {
    ...(quantity === '' ? { full: true as const } : { quantity, order }),
    ...(on === '' ? {} : { date: on }),
    ...(grant === '' ? {} : { grant_id: grant }),
  };
  const fault = (field: string, now: string): string => faultOf(refused, field, now) ?? '';
  return (
    <Act
      verb="Vest ahead"
      asks={
        hasGrants
          ? 'Shares vest on the day, rather than by their schedule. All of them ends what is planned for a later day.'
          : 'The employer’s money vests on the day, rather than by its schedule.'
      }
      content={`${plan.id} ${plan.version} ${JSON.stringify(body)}`}
      send={({ key }) =>
        call('POST /plans/{id}/accelerate', { params: { id: plan.id }, version: plan.version, key, body })
      }
      record={plan}
      onRefused={setRefused}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        <FormField
          label="Day"
          description="Today, unless you say another."
          constraintText="Until it has come, it can be withdrawn."
          errorText={fault('date', on)}
        >
          <Input value={on} placeholder="YYYY-MM-DD" onChange={({ detail }) => setOn(detail.value.trim())} />
        </FormField>
        {hasGrants && (
          <>
            <ColumnLayout columns={2}>
              <FormField
                label="Shares"
                constraintText="None for all of them."
                errorText={fault('quantity', quantity)}
              >
                <Input
                  value={quantity}
                  inputMode="decimal"
                  placeholder="All"
                  onChange={({ detail }) => setQuantity(detail.value.trim())}
                />
              </FormField>
              <FormField label="Taken" errorText={fault('order', order)}>
                <OneOf
                  options={orders}
                  disabled={quantity === ''}
                  value={order}
                  onChange={(chosen) => setOrder(chosen)}
                />
              </FormField>
            </ColumnLayout>
            <FormField label="Of which grant" errorText={fault('grant_id', grant)}>
              <OneOf options={grants} value={grant} onChange={(chosen) => setGrant(chosen)} />
            </FormField>
          </>
        )}
      </SpaceBetween>
    </Act>
  );
}
