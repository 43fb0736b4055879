import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Answer, Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { Act } from '../parts/act.tsx';
import { instant, words } from '../parts/format.ts';
import { Once } from '../parts/once.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Person } from '../parts/person.tsx';
import { Screen } from '../parts/screen.tsx';
import { WrittenField } from '../parts/written-field.tsx';

type Credential = Row<'GET /drop-credentials'>;
type Deed = 'new' | { readonly of: Credential; readonly verb: 'show' | 'revoke' };

const LOOKS: Readonly<Record<Credential['state'], StatusIndicatorProps.Type>> = {
  ISSUING: 'in-progress',
  ACTIVE: 'success',
  REVOKED: 'stopped',
  EXPIRED: 'stopped',
  FAILED: 'error',
};
/** One is issued within seconds. */
const EVERY_MS = 3_000;

/** Keys by which the company’s machines put files into the drop folder. */
export default function DropCredentials({ me }: { me: Me }) {
  const [deed, setDeed] = useState<Deed>();
  const [key, setKey] = useState<Answer<'POST /drop-credentials/{id}/key'>>();
  const isAdmin = me.role === 'ADMIN';
  const zone = me.tenant?.time_zone;
  const close = (): void => setDeed(undefined);
  return (
    <Screen
      title="Drop folder"
      description="Keys for S3 clients, which put files into the folder and do nothing else. Files that come by one are its owner’s."
      above={{ text: 'Uploads', path: '/uploads' }}
      actions={
        isAdmin && (
          <Button variant="primary" onClick={() => setDeed('new')}>
            Create a credential
          </Button>
        )
      }
    >
      {key !== undefined && (
        <>
          <Once what="The secret of the key" text={key.secret_access_key} />
          <Pairs
            title="Where it works"
            items={[
              ['Access key', code(key.access_key_id)],
              ['Region', code(key.region)],
              ['Bucket', code(key.bucket)],
              ['Names begin with', code(`${key.prefix}shareholders/`)],
            ]}
          />
        </>
      )}
      <Pages
        name="drop-credentials"
        title="Credentials"
        description="The newest first. Two are live at most: create the second, change over, revoke the first."
        queryKey={['drop-credentials']}
        counted
        everyMs={EVERY_MS}
        load={(page) => call('GET /drop-credentials', { query: { ...page } })}
        rowId={(row: Credential) => row.id}
        empty="There is none."
        columns={[
          {
            id: 'name',
            header: 'Name',
            isRowHeader: true,
            minWidth: 160,
            cell: (row) => (
              <span className="tight" dir="auto">
                {row.name}
              </span>
            ),
          },
          {
            id: 'state',
            header: 'State',
            minWidth: 130,
            cell: (row) => <StatusIndicator type={LOOKS[row.state]}>{words(row.state)}</StatusIndicator>,
          },
          { id: 'key', header: 'Access key', minWidth: 210, cell: (row) => code(row.access_key_id ?? '–') },
          {
            id: 'owner',
            header: 'Owner',
            minWidth: 150,
            cell: (row) => <Person id={row.owner_id} me={me} />,
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
            header: 'Key',
            minWidth: 150,
            cell: (row) => (isAdmin ? <Deeds of={row} me={me} onChoose={setDeed} /> : shownOf(row)),
          },
        ]}
      />
      {deed === 'new' && <Create onClose={close} />}
      {typeof deed === 'object' && deed.verb === 'show' && (
        <Act
          verb="Show the key"
          asks="It is shown this once, and erased then."
          content={deed.of.id}
          send={() => call('POST /drop-credentials/{id}/key', { params: { id: deed.of.id } })}
          onDone={setKey}
          onClose={close}
        />
      )}
      {typeof deed === 'object' && deed.verb === 'revoke' && (
        <Act
          verb="Revoke the credential"
          asks="Nothing that it has dropped loads any more, but for what a second person has approved."
          content={deed.of.id}
          send={() => call('DELETE /drop-credentials/{id}', { params: { id: deed.of.id } })}
          onClose={close}
        />
      )}
    </Screen>
  );
}

const code = (text: string) => <span className="code">{text}</span>;
const shownOf = ({ shown_at: at }: Credential) => (at === null ? 'Not shown yet' : 'Shown');

interface DeedsProps {
  readonly of: Credential;
  readonly me: Me;
  onChoose(deed: Deed): void;
}

function Deeds({ of, me, onChoose }: DeedsProps) {
  const { name, state, shown_at } = of;
  if (state !== 'ACTIVE' && state !== 'ISSUING') return '–';
  return (
    <SpaceBetween size="xxs">
      {state === 'ACTIVE' && shown_at === null && of.owner_id === me.id && (
        <Button
          variant="inline-link"
          ariaLabel={`Show the key of ${name}`}
          onClick={() => onChoose({ of, verb: 'show' })}
        >
          Show the key
        </Button>
      )}
      <Button
        variant="inline-link"
        ariaLabel={`Revoke it: ${name}`}
        onClick={() => onChoose({ of, verb: 'revoke' })}
      >
        Revoke it
      </Button>
    </SpaceBetween>
  );
}

function Create({ onClose }: { onClose(): void }) {
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [refused, setRefused] = useState<Error | null>(null);
  return (
    <Act
      verb="Create the credential"
      asks="It is yours: what comes by it counts as uploaded by you. Its key can be shown within seconds, once."
      disabled={name.trim() === ''}
      content={`${name} ${days}`}
      send={({ key }) =>
        call('POST /drop-credentials', {
          key,
          // An empty field is no zero: the API refuses it.
          body: { name: name.trim(), expires_in_days: Number(days || Number.NaN) },
        })
      }
      onRefused={setRefused}
      onClose={onClose}
    >
      <FormField label="Name" errorText={faultOf(refused, 'name', name) ?? ''}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <WrittenField
        label="Days until it expires"
        description="365 at most."
        value={days}
        fault={faultOf(refused, 'expires_in_days', days)}
        inputMode="numeric"
        onChange={setDays}
      />
    </Act>
  );
}
