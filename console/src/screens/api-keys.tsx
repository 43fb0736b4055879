import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { Act, Proposed } from '../parts/act.tsx';
import { instant, words } from '../parts/format.ts';
import { Once } from '../parts/once.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Pages } from '../parts/pages.tsx';
import { Person } from '../parts/person.tsx';
import { Screen } from '../parts/screen.tsx';
import { instantIn } from '../parts/zoned.ts';

type Key = Row<'GET /api-keys'>;
type Deed = 'new' | { readonly key: Key; readonly verb: 'rotate' | 'revoke' };

const LOOKS: Readonly<Record<Key['status'], StatusIndicatorProps.Type>> = {
  PENDING: 'pending',
  ACTIVE: 'success',
  REVOKED: 'stopped',
  EXPIRED: 'stopped',
};

/** Keys of programs. One that is proposed lets nobody in before a second person has approved it. */
export default function ApiKeys({ me }: { me: Me }) {
  const [deed, setDeed] = useState<Deed>();
  const [proposed, setProposed] = useState<string>();
  const [secret, setSecret] = useState<string>();
  const isAdmin = me.role === 'ADMIN';
  const zone = me.tenant?.time_zone;
  const close = (): void => setDeed(undefined);
  return (
    <Screen
      title="API keys"
      description="For programs. A key approves nothing, whatever its role."
      actions={
        isAdmin && (
          <Button variant="primary" onClick={() => setDeed('new')}>
            Propose a key
          </Button>
        )
      }
    >
      {secret !== undefined && <Once what="The secret of the key" text={secret} />}
      {proposed !== undefined && <Proposed id={proposed} />}
      <Pages
        name="api-keys"
        title="Keys"
        description="The newest first."
        queryKey={['api-keys', 'list']}
        load={(page) => call('GET /api-keys', { query: { ...page } })}
        rowId={(row: Key) => row.id}
        empty="There is none."
        columns={[
          {
            id: 'name',
            header: 'Name',
            isRowHeader: true,
            minWidth: 160,
            cell: (row) => (
              <span className="long" dir="auto">
                {row.name}
              </span>
            ),
          },
          { id: 'role', header: 'Role', cell: (row) => words(row.role) },
          {
            id: 'status',
            header: 'Status',
            minWidth: 130,
            cell: (row) => <StatusIndicator type={LOOKS[row.status]}>{words(row.status)}</StatusIndicator>,
          },
          {
            id: 'routes',
            header: 'May call',
            minWidth: 180,
            cell: (row) => <span className="long">{row.routes?.join(', ') ?? 'All of its role'}</span>,
          },
          {
            id: 'networks',
            header: 'From',
            minWidth: 150,
            cell: (row) => <span className="long">{row.networks?.join(', ') ?? 'As the company'}</span>,
          },
          {
            id: 'made',
            header: 'Made by',
            minWidth: 150,
            cell: (row) => <Person id={row.made_by} me={me} />,
          },
          { id: 'expires', header: 'Expires', minWidth: 160, cell: (row) => instant(row.expires_at, zone) },
          {
            id: 'used',
            header: 'Last used',
            minWidth: 160,
            cell: (row) => (row.last_used_at === null ? 'Never' : instant(row.last_used_at, zone)),
          },
          {
            id: 'deeds',
            header: 'Secret',
            minWidth: 150,
            cell: (row) =>
              isAdmin && (row.status === 'ACTIVE' || row.status === 'PENDING') ? (
                <SpaceBetween size="xxs">
                  {row.status === 'ACTIVE' && (
                    <Button
                      variant="inline-link"
                      ariaLabel={`Replace it: the secret of ${row.name}`}
                      onClick={() => setDeed({ key: row, verb: 'rotate' })}
                    >
                      Replace it
                    </Button>
                  )}
                  <Button
                    variant="inline-link"
                    ariaLabel={`Revoke the key ${row.name}`}
                    onClick={() => setDeed({ key: row, verb: 'revoke' })}
                  >
                    Revoke the key
                  </Button>
                </SpaceBetween>
              ) : (
                '–'
              ),
          },
        ]}
      />
      {deed === 'new' && (
        <Propose
          zone={zone}
          onClose={close}
          onDone={(request) => {
            setProposed(request.id);
            setSecret(request.secret);
          }}
        />
      )}
      {typeof deed === 'object' && deed.verb === 'rotate' && (
        <Act
          verb="Replace the secret"
          asks="The one before goes on for a day; any older one ends at once."
          content={`${deed.key.id} ${deed.key.version}`}
          send={() =>
            call('POST /api-keys/{id}/rotate', { params: { id: deed.key.id }, version: deed.key.version })
          }
          onDone={(rotated) => setSecret(rotated.secret)}
          onClose={close}
        />
      )}
      {typeof deed === 'object' && deed.verb === 'revoke' && (
        <Act
          verb="Revoke the key"
          asks="Its next request is refused."
          content={`${deed.key.id} ${deed.key.version}`}
          send={() =>
            call('DELETE /api-keys/{id}', { params: { id: deed.key.id }, version: deed.key.version })
          }
          onClose={close}
        />
      )}
    </Screen>
  );
}

const ROLES = [
  { value: 'OPS', label: 'Ops' },
  { value: 'COMPLIANCE', label: 'Compliance' },
  { value: 'DIRECTORY', label: 'Directory', description: 'Provisions users, and nothing else' },
] as const;

interface ProposeProps {
  readonly zone: string | undefined;
  onClose(): void;
  onDone(request: { readonly id: string; readonly secret: string }): void;
}

function Propose({ zone, onClose, onDone }: ProposeProps) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Key['role']>('OPS');
  const [routes, setRoutes] = useState('');
  const [networks, setNetworks] = useState('');
  const [expires, setExpires] = useState('');
  const listed = (text: string): string[] => text.split(/[\s,]+/).filter((one) => one !== '');
  const body = {
    ...{ name: name.trim(), role, expires_at: instantIn(expires, zone) },
    ...(listed(routes).length === 0 ? {} : { routes: listed(routes) }),
    ...(listed(networks).length === 0 ? {} : { networks: listed(networks) }),
  };
  return (
    <Act
      verb="Propose the key"
      asks="Its secret is shown at once and never again; the key works when a second person has approved it."
      disabled={name.trim() === '' || expires.trim() === ''}
      content={JSON.stringify(body)}
      send={() => call('POST /api-keys', { body })}
      onDone={onDone}
      onClose={onClose}
    >
      <FormField label="Name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Role">
        <OneOf options={ROLES} value={role} onChange={(chosen) => setRole(chosen)} />
      </FormField>
      <FormField
        label="May call"
        description="Operations of the contract, such as listTransactions. None: all of its role."
      >
        <Textarea value={routes} rows={2} onChange={({ detail }) => setRoutes(detail.value)} />
      </FormField>
      <FormField label="From" description="Networks such as 203.0.113.0/24. None: as the company.">
        <Input value={networks} onChange={({ detail }) => setNetworks(detail.value)} />
      </FormField>
      <FormField label="Expires" description={`YYYY-MM-DD HH:MM, in ${zone ?? 'UTC'}.`}>
        <Input value={expires} onChange={({ detail }) => setExpires(detail.value)} />
      </FormField>
    </Act>
  );
}
