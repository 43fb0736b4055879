import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { Act, Proposed, proposedBy } from '../parts/act.tsx';
import { instant, words } from '../parts/format.ts';
import { type Connection, ConnectionForm, ConnectionStatus, KINDS } from '../parts/identity-provider.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Rows } from '../parts/rows.tsx';
import { Screen } from '../parts/screen.tsx';
import { WatchedHistory } from '../parts/trail.tsx';

type Tried = Row<'GET /connections/{id}/tests'>;
type Deed = 'change' | 'status' | 'delete';

const ABOVE = { text: 'Identity providers', path: '/connections' };
const EVERY_MS = 5_000;

/** An identity provider: what it has to be told about us, whom it gives which role, and how its tests went. */
export default function ConnectionScreen({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['connections', id],
    queryFn: () => call('GET /connections/{id}', { params: { id } }),
  });
  const [deed, setDeed] = useState<Deed>();
  const [proposed, setProposed] = useState<string>();
  const connection = query.data;
  if (connection === undefined) return <Opening title="Identity provider" above={ABOVE} query={query} />;
  return (
    <Screen
      title={connection.name}
      above={ABOVE}
      actions={me.role === 'ADMIN' && <Deeds connection={connection} onChoose={setDeed} />}
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      <Facts connection={connection} zone={me.tenant?.time_zone} />
      <Rows
        name="role-map"
        title="Roles"
        description="The first that matches counts. Whom none matches is refused."
        items={connection.role_map}
        rowId={({ claim, value }) => `${claim} ${value}`}
        empty="Nobody gets a role."
        columns={[
          {
            id: 'value',
            header: 'Value',
            isRowHeader: true,
            minWidth: 180,
            cell: ({ value }) => <span className="long">{value}</span>,
          },
          {
            id: 'claim',
            header: 'Claim',
            minWidth: 150,
            cell: ({ claim }) => <span className="long">{claim}</span>,
          },
          { id: 'role', header: 'Role', cell: ({ role }) => words(role) },
        ]}
      />
      <Tests id={id} zone={me.tenant?.time_zone} />
      <WatchedHistory me={me} resource={`connections/${id}`} />
      <Doing
        connection={connection}
        deed={deed}
        onProposed={setProposed}
        onClose={() => setDeed(undefined)}
      />
    </Screen>
  );
}

function Facts({ connection, zone }: { connection: Connection; zone: string | undefined }) {
  const long = (text: string | null) => <span className="long">{text ?? '–'}</span>;
  const { kind, client_authentication, certificates } = connection;
  const told: [string, string | null][] =
    kind === 'OIDC'
      ? [
          ['Redirect address', connection.redirect_uri],
          ['Back-channel sign-out', connection.backchannel_logout_uri],
        ]
      : [
          ['Our entity id', connection.entity_id],
          ['Answers go to', connection.acs_uri],
          ['Our metadata', connection.metadata_uri],
        ];
  const ends = certificates.map(({ not_after }) => instant(not_after, zone)).join(', ');
  return (
    <Pairs
      title="Provider"
      answer={connection}
      columns={3}
      items={[
        ['Status', <ConnectionStatus key="status" status={connection.status} />],
        ['Kind', KINDS[kind]],
        ['Tested', connection.tested_at === null ? 'Not yet' : instant(connection.tested_at, zone)],
        ['Issuer', long(connection.issuer)],
        ...(kind === 'OIDC'
          ? ([
              ['Client id', long(connection.client_id)],
              ['It proves itself by', client_authentication === 'SECRET' ? 'A secret' : 'A key of ours'],
            ] as const)
          : ([
              ['Sign-in address', long(connection.sso_url)],
              ['Certificates end', ends],
            ] as const)),
        ...told.map(([label, text]) => [label, long(text)] as const),
        ['Employee number', connection.employee_id_claim ?? 'Not taken'],
        ['Version', String(connection.version)],
      ]}
    />
  );
}

interface DeedsProps {
  readonly connection: Connection;
  onChoose(deed: Deed): void;
}

function Deeds({ connection: { id, status, version }, onChoose }: DeedsProps) {
  const test = useMutation({
    mutationFn: () => call('POST /connections/{id}/test', { params: { id }, version }),
  });
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="xs">
        <Button onClick={() => onChoose('delete')}>Delete</Button>
        <Button onClick={() => onChoose('status')}>{status === 'ACTIVE' ? 'Disable' : 'Enable'}</Button>
        <Button onClick={() => onChoose('change')}>Change</Button>
        <Button variant="primary" loading={test.isPending} onClick={() => test.mutate()}>
          Test it
        </Button>
      </SpaceBetween>
      {test.error !== null && <ProblemAlert problem={test.error} />}
      {test.data !== undefined && (
        <Alert type="info" header="Sign in at the provider within ten minutes">
          Nobody is signed in here by it, and no user is made.{' '}
          <Link href={test.data.start_uri} external externalIconAriaLabel="Opens in a new tab">
            Begin the test
          </Link>
        </Alert>
      )}
    </SpaceBetween>
  );
}

interface DoingProps {
  readonly connection: Connection;
  readonly deed: Deed | undefined;
  onProposed(approvalId: string | undefined): void;
  onClose(): void;
}

function Doing({ connection, deed, onProposed, onClose }: DoingProps) {
  const [, go] = useLocation();
  const { id, version, status } = connection;
  if (deed === 'change')
    return <ConnectionForm connection={connection} onProposed={onProposed} onClose={onClose} />;
  if (deed === 'status') {
    const next = status === 'ACTIVE' ? 'DISABLED' : 'ACTIVE';
    return (
      <Act
        verb={next === 'ACTIVE' ? 'Enable the provider' : 'Disable the provider'}
        asks={
          next === 'ACTIVE'
            ? 'People sign in by it once a second person has approved that. A test must have succeeded.'
            : 'It takes effect at once, and ends the sessions that began there.'
        }
        content={`${id} ${version} ${next}`}
        record={connection}
        send={() => call('PATCH /connections/{id}', { params: { id }, version, body: { status: next } })}
        onDone={(answer) => onProposed(proposedBy(answer))}
        onClose={onClose}
      />
    );
  }
  if (deed === 'delete')
    return (
      <Act
        verb="Delete the provider"
        asks="The sessions that began there end. People whom it has let in stay users, and sign in by another way."
        ends
        record={connection}
        content={`${id} ${version}`}
        send={() => call('DELETE /connections/{id}', { params: { id }, version })}
        onDone={() => go('/connections')}
        onClose={onClose}
      />
    );
  return null;
}

function Tests({ id, zone }: { id: string; zone: string | undefined }) {
  return (
    <Pages
      name="connection-tests"
      title="Tests"
      description="The newest first."
      queryKey={['connections', id, 'tests']}
      load={(page) => call('GET /connections/{id}/tests', { params: { id }, query: { ...page } })}
      rowId={(row: Tried) => row.id}
      empty="It was not tested yet."
      everyMs={EVERY_MS}
      columns={[
        {
          id: 'when',
          header: 'When',
          isRowHeader: true,
          minWidth: 160,
          cell: (row) => instant(row.tested_at, zone),
        },
        {
          id: 'outcome',
          header: 'Outcome',
          minWidth: 150,
          cell: (row) => (
            <StatusIndicator type={row.outcome === 'ADMITTED' ? 'success' : 'error'}>
              {row.outcome === 'ADMITTED' ? 'Would be let in' : 'Would be refused'}
            </StatusIndicator>
          ),
        },
        { id: 'role', header: 'Role', cell: (row) => (row.role === null ? '–' : words(row.role)) },
        {
          id: 'why',
          header: 'Why',
          minWidth: 260,
          cell: (row) => <span className="long">{row.detail ?? '–'}</span>,
        },
      ]}
    />
  );
}
