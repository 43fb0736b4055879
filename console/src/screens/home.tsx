import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { Me } from '../frame/me.ts';
import { decides } from '../frame/places.ts';
import { DividendList } from '../parts/dividend-list.tsx';
import { instant, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { PlanList } from '../parts/plan-list.tsx';
import { Screen } from '../parts/screen.tsx';

/** Asked again by itself: it is open all morning. */
const EVERY_MS = 60_000;
const MOST = '50';

interface Tally {
  readonly count: number;
  /** There may be more than were counted. */
  readonly more?: boolean;
  readonly note: string;
}

interface TallyProps {
  readonly title: string;
  readonly id: string;
  readonly to?: string;
  /** Whether somebody has to do something about it. */
  readonly urgent?: boolean;
  ask(): Promise<Tally>;
}

export default function Home({ me }: { me: Me }) {
  const { role, tenant } = me;
  if (role === 'EMPLOYEE') return tenant?.type === 'SPONSOR' ? <OwnPlans me={me} /> : <NothingOwn me={me} />;
  return (
    <Screen
      title="What waits today"
      description={tenant === null ? 'The platform, all tenants.' : `${tenant.name}, ${words(role)}.`}
    >
      <div className="tallies">
        <Waiting me={me} />
        {tenant === null ? <OfOperators /> : <OfTenant me={me} />}
      </div>
      {tenant?.type === 'ISSUER' && <DividendList me={me} />}
    </Screen>
  );
}

/** One number that a person looks at in the morning, and where it leads. */
function Counted({ title, id, to, urgent = true, ask }: TallyProps) {
  const { data, error } = useQuery({ queryKey: ['home', id], queryFn: ask, refetchInterval: EVERY_MS });
  const text = data === undefined ? '…' : `${data.count}${data.more === true ? '+' : ''}`;
  return (
    <Container fitHeight header={<Header variant="h2">{title}</Header>}>
      <SpaceBetween size="xs">
        <Box variant="awsui-value-large">
          {to === undefined || !data?.count ? (
            <span className="digits">{text}</span>
          ) : (
            <Go to={to} variant="awsui-value-large" ariaLabel={`${title}: ${text}`}>
              {text}
            </Go>
          )}
        </Box>
        <Box color="text-body-secondary">{error?.message ?? data?.note ?? 'Counting'}</Box>
        <StatusIndicator type={lookOf(data?.count, error, urgent)}>
          {saidOf(data?.count, error, urgent)}
        </StatusIndicator>
      </SpaceBetween>
    </Container>
  );
}

function lookOf(count: number | undefined, error: Error | null, urgent: boolean): StatusIndicatorProps.Type {
  if (error !== null) return 'error';
  if (count === undefined) return 'loading';
  if (count === 0) return 'success';
  return urgent ? 'warning' : 'info';
}

function saidOf(count: number | undefined, error: Error | null, urgent: boolean): string {
  if (error !== null) return 'Not counted';
  if (count === undefined) return 'Counting';
  if (count === 0) return 'Nothing to do';
  return urgent ? 'To do' : 'Others decide';
}

function Waiting({ me }: { me: Me }) {
  const mine = decides(me);
  return (
    <Counted
      title={mine ? 'Approvals for you' : 'Waiting for approval'}
      id="approvals"
      to={mine ? '/approvals?decidable=true' : '/approvals'}
      urgent={mine}
      ask={async () => {
        const { waiting, decidable, data } = await call('GET /approvals/counts');
        const oldest = data.map((kind) => kind.oldest_requested_at).sort()[0];
        const since =
          oldest === undefined ? '' : `, the oldest since ${instant(oldest, me.tenant?.time_zone)}`;
        return {
          count: mine ? decidable : waiting,
          note: waiting === 0 ? 'Nothing waits.' : `${waiting} in all${since}.`,
        };
      }}
    />
  );
}

function OfTenant({ me }: { me: Me }) {
  const list = async (state: 'FAILED' | 'AWAITING_APPROVAL', note: string): Promise<Tally> => {
    const { data, next_cursor } = await call('GET /uploads', { query: { state, limit: MOST } });
    const newest = data[0];
    return {
      count: data.length,
      more: next_cursor !== null,
      note: newest === undefined ? 'None.' : `${note} ${instant(newest.created_at, me.tenant?.time_zone)}.`,
    };
  };
  return (
    <>
      <Counted
        title="Failed uploads"
        id="failed"
        to="/uploads?state=FAILED"
        ask={() => list('FAILED', 'The last on')}
      />
      <Counted
        title="Files that wait"
        id="waiting-files"
        to="/uploads?state=AWAITING_APPROVAL"
        urgent={false}
        ask={() => list('AWAITING_APPROVAL', 'Read, and not loaded. The last on')}
      />
      <Counted
        title="Payment exceptions"
        id="exceptions"
        to="/exceptions"
        ask={async () => {
          const { data, next_cursor } = await call('GET /exceptions', { query: { limit: MOST } });
          const kinds = [...new Set(data.map(({ kind }) => words(kind).toLowerCase()))].join(', ');
          return {
            count: data.length,
            more: next_cursor !== null,
            note: kinds === '' ? 'The bank and the ledger agree.' : `${words(kinds)}.`,
          };
        }}
      />
    </>
  );
}

function OfOperators() {
  return (
    <>
      <Counted
        title="Failed for good"
        id="dead-letters"
        to="/operations?tab=dead-letters"
        ask={async () => {
          const { data } = await call('GET /operations/queues');
          const dead = data.filter(({ name, visible }) => name.endsWith('-dlq') && visible > 0);
          return {
            count: dead.reduce((sum, { visible }) => sum + visible, 0),
            note: dead.length === 0 ? 'No message failed' : dead.map(({ name }) => name).join(', '),
          };
        }}
      />
      <Counted
        title="Stuck work"
        id="stuck"
        to="/operations?tab=stuck"
        ask={async () => {
          const { data } = await call('GET /operations/stuck', { query: { limit: MOST } });
          return {
            count: data.length,
            note: data.length === 0 ? 'Everything moves' : 'Payments and runs without a word',
          };
        }}
      />
    </>
  );
}

/** Plans are a sponsor’s: an issuer has nothing of an employee’s own. */
function NothingOwn({ me }: { me: Me }) {
  return (
    <Screen title="Welcome" description={me.tenant?.name}>
      <Box>
        Your company keeps no plans here, so there is nothing of yours to see. Your shares are in its
        register: ask those who keep it.{' '}
        <Go to="/account" variant="primary">
          Your account
        </Go>
      </Box>
    </Screen>
  );
}

function OwnPlans({ me }: { me: Me }) {
  return (
    <Screen title="Your plans" description={me.tenant?.name}>
      <PlanList
        title="Plans"
        empty="You have no plan here yet. Your company enrols you."
        queryKey={['plans', 'own']}
        load={(page) => call('GET /me/plans', { query: { ...page } })}
      />
    </Screen>
  );
}
