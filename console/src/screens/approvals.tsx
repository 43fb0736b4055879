import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Toggle from '@cloudscape-design/components/toggle';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { decides } from '../frame/places.ts';
import { useAddress } from '../parts/address.ts';
import { CHANGE_KINDS, nameOfThing, screenOf, titleOf, whyNot } from '../parts/changes.ts';
import { instant, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { OneOf, optionsIn } from '../parts/one-of.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';

type ChangeRequest = Row<'GET /approvals'>;

const STATES = ['PENDING', 'APPROVED', 'DENIED', 'EXPIRED', 'WITHDRAWN'] as const;
const EVERY_MS = 20_000;

const LOOKS: Readonly<Record<ChangeRequest['state'], StatusIndicatorProps.Type>> = {
  PENDING: 'pending',
  APPROVED: 'success',
  DENIED: 'error',
  EXPIRED: 'stopped',
  WITHDRAWN: 'stopped',
};

export function ChangeState({ state }: { state: ChangeRequest['state'] }) {
  return <StatusIndicator type={LOOKS[state]}>{words(state)}</StatusIndicator>;
}

/** The inbox: what waits for a second person, and what was decided. */
export default function Approvals({ me }: { me: Me }) {
  const [search, set] = useAddress();
  const state = STATES.find((one) => one === search.get('state')) ?? 'PENDING';
  const decidable = search.get('decidable') === 'true' && state === 'PENDING';
  const kind = CHANGE_KINDS.find(([one]) => one === search.get('kind'))?.[0];
  const kinds = [
    { value: '', label: 'All kinds' },
    ...CHANGE_KINDS.map(([value, label]) => ({ value: value as string, label })),
  ];
  const options = optionsIn(STATES);
  return (
    <Screen
      title="Approvals"
      description="Changes that decide where money or shares go take effect when a second person has approved them."
    >
      <Pages
        key={`${state} ${kind} ${decidable}`}
        name="approvals"
        title={decidable ? 'For you to decide' : words(state)}
        queryKey={['approvals', state, kind, decidable]}
        counted
        sorts={['requested_at']}
        load={(page) =>
          call('GET /approvals', {
            query: {
              state,
              ...page,
              ...(kind === undefined ? {} : { kind }),
              ...(decidable ? { decidable: 'true' as const } : {}),
            },
          })
        }
        rowId={(row: ChangeRequest) => row.id}
        empty={decidable ? 'Nothing waits for you.' : 'There is none.'}
        everyMs={EVERY_MS}
        filter={
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <OneOf
              ariaLabel="State"
              options={options}
              value={state}
              onChange={(chosen) => set({ state: chosen, decidable: '' })}
            />
            <OneOf
              ariaLabel="Kind"
              options={kinds}
              value={kind ?? ''}
              onChange={(chosen) => set({ kind: chosen })}
            />
            {decides(me) && state === 'PENDING' && (
              <Toggle
                checked={decidable}
                onChange={({ detail }) => set({ decidable: detail.checked ? 'true' : '' })}
              >
                Only what I can decide on
              </Toggle>
            )}
          </SpaceBetween>
        }
        columns={[
          {
            id: 'kind',
            header: 'Change',
            isRowHeader: true,
            cell: (row) => <Go to={`/approvals/${row.id}`}>{titleOf(row.kind)}</Go>,
          },
          { id: 'subject', header: 'Of', cell: (row) => <Subject of={row} /> },
          {
            id: 'requested',
            header: 'Proposed',
            sortingField: 'requested_at',
            cell: (row) => instant(row.requested_at, me.tenant?.time_zone),
          },
          { id: 'state', header: 'State', cell: (row) => <ChangeState state={row.state} /> },
          { id: 'yours', header: 'Yours to decide', cell: (row) => (row.can_decide ? 'Yes' : whyNot(row)) },
        ]}
      />
    </Screen>
  );
}

/** The kinds of things that only an approval makes. */
const MADE_BY_APPROVAL = ['transfers', 'corporate-actions'];

export function Subject({ of: { subject, subject_name: name, before, state } }: { of: ChangeRequest }) {
  const isThere = before !== null || state === 'APPROVED' || !MADE_BY_APPROVAL.includes(subject.type);
  const to = isThere ? screenOf(subject) : undefined;
  const thing = nameOfThing(subject);
  const text = name === null ? thing : `${thing}, ${name}`;
  return <span className="long">{to === undefined ? text : <Go to={to}>{text}</Go>}</span>;
}
