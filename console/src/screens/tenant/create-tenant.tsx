import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Row } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { OneOf, optionsOf } from '../../parts/one-of.tsx';

type Type = Row<'GET /tenants'>['type'];

const TYPES = optionsOf<Type>({
  ISSUER: 'An issuer, with a register of holders',
  SPONSOR: 'A plan sponsor, with a census',
});

const EMPTY = { name: '', slug: '', time_zone: '', admin: '', first_compliance: '' };

/** Makes a tenant. Its first people are invited by mail, and nobody else sees their links. */
export function CreateTenant({ onClose }: { onClose(): void }) {
  const [written, setWritten] = useState(EMPTY);
  const [type, setType] = useState<Type>('ISSUER');
  const [refused, setRefused] = useState<Error | null>(null);
  const [, go] = useLocation();
  const { name, slug, time_zone, admin, first_compliance } = written;
  const body = {
    ...{ name: name.trim(), slug, type, admin: { email: admin } },
    ...(time_zone === '' ? {} : { time_zone }),
    ...(first_compliance === '' ? {} : { first_compliance: { email: first_compliance } }),
  };
  const field = (part: keyof typeof EMPTY, label: string, description: string, pointer: string = part) => (
    <FormField
      label={label}
      description={description}
      errorText={faultOf(refused, pointer, written[part]) ?? ''}
    >
      <Input
        value={written[part]}
        onChange={({ detail }) =>
          setWritten({ ...written, [part]: part === 'name' ? detail.value : detail.value.trim() })
        }
      />
    </FormField>
  );
  return (
    <Act
      verb="Make the tenant"
      asks="Its first people are invited by mail. Each link works once, for 72 hours, and nobody else sees it."
      disabled={body.name === '' || slug === '' || admin === ''}
      content={JSON.stringify(body)}
      send={({ key }) => call('POST /tenants', { key, body })}
      onRefused={setRefused}
      onDone={(made) => go(`/tenants/${made.id}`)}
      onClose={onClose}
    >
      {field('name', 'Name', 'As the company is called.')}
      {field('slug', 'Short name', 'For signing in: a-z, 0-9 and hyphens. It never changes.')}
      <FormField label="Kind">
        <OneOf options={TYPES} value={type} onChange={(chosen) => setType(chosen)} />
      </FormField>
      {field('time_zone', 'Time zone', 'Such as America/New_York; that of the environment, unless you say.')}
      {field('admin', 'First administrator’s email', 'They invite everybody else.', 'admin/email')}
      {field(
        'first_compliance',
        'First compliance officer’s email',
        'A second person from the first day. Without one, you approve the first.',
        'first_compliance/email',
      )}
    </Act>
  );
}
