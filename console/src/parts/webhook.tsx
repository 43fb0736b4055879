import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Answer, Row } from '../api/routes.ts';
import { Act } from './act.tsx';
import { words } from './format.ts';
import { namesOf } from './names.ts';

type Webhook = Row<'GET /webhooks'>;
type EventType = Webhook['events'][number];

/** The events, and the group in which each is shown. */
const EVENTS: Readonly<Record<EventType, string>> = {
  'transaction.created': 'Payments',
  'transaction.sent': 'Payments',
  'transaction.settled': 'Payments',
  'transaction.failed': 'Payments',
  'transaction.cancelled': 'Payments',
  'transaction.returned': 'Payments',
  'bank-account.corrected': 'Payments',
  'shareholder.changed': 'Records',
  'shares.transferred': 'Records',
  'corporate-action.changed': 'Records',
  'dividend.changed': 'Records',
  'meeting.changed': 'Records',
  'plan.changed': 'Records',
  'upload.completed': 'Files',
  'upload.failed': 'Files',
  'change.requested': 'Control',
  'change.decided': 'Control',
  'security.reported': 'Control',
};
const GROUPS = [...new Set(Object.values(EVENTS))];

export function WebhookStatus({ status }: Pick<Webhook, 'status'>) {
  return (
    <StatusIndicator type={status === 'ACTIVE' ? 'success' : 'stopped'}>{words(status)}</StatusIndicator>
  );
}

interface FormProps {
  /** The webhook that is changed; undefined: a new one. */
  readonly webhook?: Webhook;
  onClose(): void;
  onMade?(made: Answer<'POST /webhooks'>): void;
}

export function WebhookForm({ webhook, onClose, onMade }: FormProps) {
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [refused, setRefused] = useState<Error | null>(null);
  const [events, setEvents] = useState<readonly EventType[]>(webhook?.events ?? []);
  const toggle = (event: EventType, isOn: boolean): void =>
    setEvents(isOn ? [...events, event] : events.filter((one) => one !== event));
  // The values of a query are masked, so an address is sent only where somebody has written it.
  const address = url.trim() === webhook?.url ? {} : { url: url.trim() };
  return (
    <Act<Answer<'POST /webhooks'> | Answer<'PATCH /webhooks/{id}'>>
      verb={webhook === undefined ? 'Add the webhook' : 'Change the webhook'}
      asks="An https address on the public internet. Events that are added are delivered from now on."
      disabled={url.trim() === '' || events.length === 0}
      content={JSON.stringify([url, events, webhook?.version])}
      send={() =>
        webhook === undefined
          ? call('POST /webhooks', { body: { url: url.trim(), events: [...events] } })
          : call('PATCH /webhooks/{id}', {
              params: { id: webhook.id },
              version: webhook.version,
              body: { ...address, events: [...events] },
            })
      }
      onRefused={setRefused}
      onDone={(made) => {
        if ('secret' in made) onMade?.(made);
      }}
      onClose={onClose}
    >
      <FormField label="Address" errorText={faultOf(refused, 'url', url) ?? ''}>
        <Input
          value={url}
          placeholder="https://hooks.example.com/vestry"
          onChange={({ detail }) => setUrl(detail.value)}
        />
      </FormField>
      {GROUPS.map((group) => (
        <FormField key={group} label={group}>
          <ColumnLayout columns={2}>
            {namesOf(EVENTS)
              .filter((event) => EVENTS[event] === group)
              .map((event) => (
                <Checkbox
                  key={event}
                  checked={events.includes(event)}
                  onChange={({ detail }) => toggle(event, detail.checked)}
                >
                  {event}
                </Checkbox>
              ))}
          </ColumnLayout>
        </FormField>
      ))}
    </Act>
  );
}
