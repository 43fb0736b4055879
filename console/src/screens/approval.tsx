import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, isProblem } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { Act } from '../parts/act.tsx';
import { AccountName, type Payee } from '../parts/bank-accounts.tsx';
import { type Difference, differences, screenNamed, titleOf, whyNot } from '../parts/changes.ts';
import { instant } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { HolderName } from '../parts/holder.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Person } from '../parts/person.tsx';
import { Screen } from '../parts/screen.tsx';
import { History } from '../parts/trail.tsx';
import { ChangeState, Subject } from './approvals.tsx';

type ChangeRequest = Answer<'GET /approvals/{id}'>;
type Decision = 'approve' | 'deny' | 'withdraw';

const ABOVE = { text: 'Approvals', path: '/approvals' };
const ACTS: Readonly<Record<Decision, { readonly verb: string; readonly asks: string }>> = {
  approve: { verb: 'Approve', asks: 'It takes effect at once, and the trail has your name.' },
  deny: { verb: 'Deny', asks: 'It does not take effect. The reason is shown to whoever has proposed it.' },
  withdraw: { verb: 'Withdraw', asks: 'It does not take effect, and nobody decides on it.' },
};

/** A change before and after, and the decision on it. */
export default function Approval({ id, me }: { id: string; me: Me }) {
  const queryKey = ['approvals', id];
  const query = useQuery({
    queryKey,
    queryFn: () => call('GET /approvals/{id}', { params: { id } }),
  });
  const { data, refetch } = query;
  const [decision, setDecision] = useState<Decision>();
  if (data === undefined) return <Opening title="Change" above={ABOVE} query={query} />;
  const zone = me.tenant?.time_zone;
  const isOwn = data.requested_by === me.id && data.state === 'PENDING';
  const reason = whyNot(data);
  return (
    <Screen
      title={titleOf(data.kind)}
      above={ABOVE}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {isOwn && <Button onClick={() => setDecision('withdraw')}>Withdraw</Button>}
          {data.can_decide && <Button onClick={() => setDecision('deny')}>Deny</Button>}
          {data.can_decide && (
            <Button variant="primary" onClick={() => setDecision('approve')}>
              Approve
            </Button>
          )}
        </SpaceBetween>
      }
    >
      {data.state === 'PENDING' && reason !== undefined && <Alert type="info">{reason}</Alert>}
      <Compared before={data.before} after={data.after} />
      <Pairs
        title="Request"
        answer={data}
        items={[
          ['State', <ChangeState key="state" state={data.state} />],
          ['About', <Subject key="subject" of={data} />],
          ['Proposed', instant(data.requested_at, zone)],
          [
            'Proposed by',
            data.requested_by === me.id ? 'You' : <Person key="by" id={data.requested_by} me={me} />,
          ],
          ['Decided', data.decided_at === null ? '–' : instant(data.decided_at, zone)],
          [
            'Decided by',
            data.decided_by === null ? '–' : <Person key="decided" id={data.decided_by} me={me} />,
          ],
          ['Ends by itself', data.expires_at === null ? 'Never' : instant(data.expires_at, zone)],
          ['Reason', data.reason ?? '–'],
        ]}
      />
      <History me={me} resource={`approvals/${id}`} />
      {decision !== undefined && (
        <Decide
          key={decision}
          decision={decision}
          request={data}
          onClose={() => setDecision(undefined)}
          onStale={() => void refetch()}
        />
      )}
    </Screen>
  );
}

/** Returns the payee that a change is about, where it names one. */
function payeeIn(after: object): Payee | undefined {
  const { shareholder_id, employee_id } = after as Readonly<Record<string, unknown>>;
  if (typeof shareholder_id === 'string') return { shareholder: shareholder_id };
  return typeof employee_id === 'string' ? { employee: employee_id } : undefined;
}

function Compared({ before, after }: Pick<ChangeRequest, 'before' | 'after'>) {
  const rows = differences(before, after);
  const payee = payeeIn(after);
  const value = (name: string, text: string | undefined, changed: boolean) => {
    const to = text === undefined ? undefined : screenNamed(name, text);
    return (
      <Box variant="span" fontWeight={changed ? 'bold' : 'normal'}>
        <span className="tight lines" dir="auto">
          {text !== undefined && name === 'bank_account_id' && payee !== undefined ? (
            <AccountName id={text} of={payee} />
          ) : text !== undefined && to?.startsWith('/shareholders/') ? (
            <HolderName id={text} />
          ) : to === undefined ? (
            (text ?? '–')
          ) : (
            <Go to={to}>{text}</Go>
          )}
        </span>
      </Box>
    );
  };
  const isChanged = ({ before: old, after: next }: Difference) => old !== next;
  return (
    <Table
      variant="container"
      wrapLines
      items={rows}
      trackBy="name"
      header={
        <Header
          variant="h2"
          description={before === null ? 'Nothing was there before.' : 'What changes is in bold.'}
        >
          Before and after
        </Header>
      }
      columnDefinitions={[
        {
          id: 'name',
          header: 'Field',
          isRowHeader: true,
          width: '28%',
          cell: (row) => row.name.replaceAll('_', ' '),
        },
        ...(before === null
          ? []
          : [
              {
                id: 'before',
                header: 'Before',
                cell: (row: Difference) => value(row.name, row.before, false),
              },
            ]),
        { id: 'after', header: 'After', cell: (row) => value(row.name, row.after, isChanged(row)) },
      ]}
    />
  );
}

interface DecideProps {
  readonly decision: Decision;
  readonly request: ChangeRequest;
  onClose(): void;
  /** The request is another one than was shown. */
  onStale(): void;
}

const STALE = ['precondition-failed', 'change-decided', 'change-outdated'];

function Decide({ decision, request: { id, version }, onClose, onStale }: DecideProps) {
  const { verb, asks } = ACTS[decision];
  return (
    <Act
      verb={verb}
      asks={asks}
      reason={{ most: 500 }}
      content={String(version)}
      send={({ key, reason }) =>
        call(`POST /approvals/{id}/${decision}`, {
          params: { id },
          version,
          key,
          body: reason === '' ? {} : { reason },
        })
      }
      onRefused={(problem) => {
        if (isProblem(problem) && STALE.includes(problem.slug)) onStale();
      }}
      onClose={onClose}
    />
  );
}
