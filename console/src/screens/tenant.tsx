import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { Act } from '../parts/act.tsx';
import { instant, words } from '../parts/format.ts';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Screen } from '../parts/screen.tsx';
import { Trail } from '../parts/trail.tsx';
import { BreakGlass } from './tenant/break-glass.tsx';
import { TenantApprovals } from './tenant/tenant-approvals.tsx';
import { TenantState } from './tenant/tenant-state.tsx';

type Tenant = Answer<'GET /tenants/{id}'>;

const ABOVE = { text: 'Tenants', path: '/tenants' };

/** A customer of the environment, and what an operator decides for them. */
export default function TenantScreen({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['tenants', id],
    queryFn: () => call('GET /tenants/{id}', { params: { id } }),
  });
  const [deed, setDeed] = useState<'change' | 'status' | 'networks'>();
  const { data } = query;
  if (data === undefined) return <Opening title="Tenant" above={ABOVE} query={query} />;
  const close = () => setDeed(undefined);
  const { version, status } = data;
  const next = status === 'ACTIVE' ? 'SUSPENDED' : 'ACTIVE';
  return (
    <Screen
      title={data.name}
      description={data.slug}
      above={ABOVE}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={() => setDeed('change')}>Change</Button>
          <BreakGlass tenant={data} />
          <Button onClick={() => setDeed('networks')}>Open to all networks</Button>
          <Button onClick={() => setDeed('status')}>{next === 'ACTIVE' ? 'Reactivate' : 'Suspend'}</Button>
        </SpaceBetween>
      }
    >
      <Pairs
        title="Tenant"
        answer={data}
        items={[
          ['Status', <TenantState key="status" status={status} />],
          ['Kind', words(data.type)],
          [
            'Time zone',
            <span key="zone" className="long">
              {data.time_zone}
            </span>,
          ],
          ['Since', instant(data.created_at, 'UTC')],
          [
            'Id',
            <span key="id" className="code">
              {data.id}
            </span>,
          ],
          ['Version', String(version)],
        ]}
      />
      <TenantApprovals tenant={data} />
      <Trail
        me={me}
        title="History"
        description="What the platform’s own trail has of it; the rest is in the tenant’s."
        sought={{ resource: `tenants/${id}` }}
      />
      {deed === 'change' && <Change of={data} onClose={close} />}
      {deed === 'networks' && (
        <Act
          verb="Open to all networks"
          asks="The tenant’s own list of networks is taken away, for the day on which it locks everybody out."
          record={data}
          content={`${version} networks`}
          send={() => call('PATCH /tenants/{id}', { params: { id }, version, body: { networks: null } })}
          onClose={close}
        />
      )}
      {deed === 'status' && (
        <Act
          verb={next === 'ACTIVE' ? 'Reactivate the tenant' : 'Suspend the tenant'}
          asks={
            next === 'ACTIVE'
              ? 'Work that was parked goes on.'
              : 'Nobody of the tenant can change anything from now on. What is queued is parked, and goes on once it is reactivated.'
          }
          record={data}
          content={`${version} ${next}`}
          send={() => call('PATCH /tenants/{id}', { params: { id }, version, body: { status: next } })}
          onClose={close}
        />
      )}
    </Screen>
  );
}

function Change({ of, onClose }: { of: Tenant; onClose(): void }) {
  const [seen] = useState(of);
  const [name, setName] = useState(of.name);
  const [zone, setZone] = useState(of.time_zone);
  const [refused, setRefused] = useState<Error | null>(null);
  const { id, version } = of;
  const body = {
    ...(name === seen.name ? {} : { name: name.trim() }),
    ...(zone === seen.time_zone ? {} : { time_zone: zone }),
  };
  return (
    <Act
      verb="Change the tenant"
      asks="With another time zone its days begin and end there from now on; what was frozen stays as it is."
      record={of}
      disabled={Object.keys(body).length === 0}
      content={JSON.stringify([version, body])}
      send={() => call('PATCH /tenants/{id}', { params: { id }, version, body })}
      onRefused={setRefused}
      onClose={onClose}
    >
      <FormField label="Name" errorText={faultOf(refused, 'name', name) ?? ''}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField
        label="Time zone"
        description="Such as America/New_York."
        errorText={faultOf(refused, 'time_zone', zone) ?? ''}
      >
        <Input value={zone} onChange={({ detail }) => setZone(detail.value.trim())} />
      </FormField>
    </Act>
  );
}
