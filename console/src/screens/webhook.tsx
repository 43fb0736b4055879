import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call, newKey } from '../api/call.ts';
import type { Answer, Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act } from '../parts/act.tsx';
import { Choice, useChoice } from '../parts/choice.tsx';
import { instant, words } from '../parts/format.ts';
import { namesOf } from '../parts/names.ts';
import { Once } from '../parts/once.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';
import { History } from '../parts/trail.tsx';
import { WebhookForm, WebhookStatus } from '../parts/webhook.tsx';
import { instantIn } from '../parts/zoned.ts';

type Webhook = Answer<'GET /webhooks/{id}'>;
type Delivery = Row<'GET /webhooks/{id}/deliveries'>;
type Deed = 'change' | 'status' | 'rotate' | 'delete' | 'replay';

const ABOVE = { text: 'Webhooks', path: '/webhooks' };
const LOOKS: Readonly<Record<Delivery['state'], StatusIndicatorProps.Type>> = {
  PENDING: 'pending',
  DELIVERED: 'success',
  FAILED: 'error',
  CANCELLED: 'stopped',
};
const STATES = namesOf(LOOKS);
const EVERY_MS = 5_000;

/** A webhook: what it was sent, and how that went; a test, and the same again. */
export default function WebhookScreen({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['webhooks', id],
    queryFn: () => call('GET /webhooks/{id}', { params: { id } }),
  });
  const [deed, setDeed] = useState<Deed>();
  const [secret, setSecret] = useState<string>();
  const webhook = query.data;
  if (webhook === undefined) return <Opening title="Webhook" above={ABOVE} query={query} />;
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title={webhook.url}
      above={ABOVE}
      actions={operates(me) && <Deeds webhook={webhook} me={me} onChoose={setDeed} />}
    >
      {secret !== undefined && <Once what="The new secret" text={secret} />}
      <Pairs
        title="Webhook"
        answer={webhook}
        columns={3}
        items={[
          ['Status', <WebhookStatus key="status" status={webhook.status} />],
          ['Live secrets', String(webhook.live_secrets)],
          ['Added', instant(webhook.created_at, zone)],
          [
            'Events',
            <span key="events" className="long">
              {webhook.events.join(', ')}
            </span>,
          ],
          ['Secret replaced', webhook.rotated_at === null ? 'Never' : instant(webhook.rotated_at, zone)],
          ['Version', String(webhook.version)],
        ]}
      />
      <Deliveries id={id} me={me} />
      <History me={me} resource={`webhooks/${id}`} />
      <Doing
        webhook={webhook}
        deed={deed}
        zone={zone}
        onClose={() => setDeed(undefined)}
        onSecret={setSecret}
      />
    </Screen>
  );
}

interface DeedsProps {
  readonly webhook: Webhook;
  readonly me: Me;
  onChoose(deed: Deed): void;
}

function Deeds({ webhook: { id, status }, me, onChoose }: DeedsProps) {
  const queries = useQueryClient();
  const test = useMutation({
    mutationFn: () => call('POST /webhooks/{id}/test', { params: { id }, key: newKey() }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  const isAdmin = me.role === 'ADMIN';
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="xs">
        {isAdmin && <Button onClick={() => onChoose('delete')}>Delete</Button>}
        {isAdmin && (
          <Button onClick={() => onChoose('status')}>{status === 'ACTIVE' ? 'Disable' : 'Enable'}</Button>
        )}
        {isAdmin && <Button onClick={() => onChoose('rotate')}>Replace the secret</Button>}
        {isAdmin && <Button onClick={() => onChoose('change')}>Change</Button>}
        <Button onClick={() => onChoose('replay')}>Send a span again</Button>
        <Button variant="primary" loading={test.isPending} onClick={() => test.mutate()}>
          Send a test
        </Button>
      </SpaceBetween>
      {test.error !== null && <ProblemAlert problem={test.error} />}
    </SpaceBetween>
  );
}

interface DoingProps {
  readonly webhook: Webhook;
  readonly deed: Deed | undefined;
  readonly zone: string | undefined;
  onClose(): void;
  onSecret(secret: string): void;
}

function Doing({ webhook, deed, zone, onClose, onSecret }: DoingProps) {
  const [, go] = useLocation();
  const { id, version, status } = webhook;
  const shared = { params: { id }, version } as const;
  if (deed === 'change') return <WebhookForm webhook={webhook} onClose={onClose} />;
  if (deed === 'replay') return <Replay id={id} zone={zone} onClose={onClose} />;
  if (deed === 'rotate')
    return (
      <Act
        verb="Replace the secret"
        asks="Deliveries are signed with both until the next replacement, which drops the older one."
        record={webhook}
        content={`${id} ${version}`}
        send={() => call('POST /webhooks/{id}/rotate-secret', shared)}
        onDone={({ secret }) => onSecret(secret)}
        onClose={onClose}
      />
    );
  if (deed === 'status') {
    const next = status === 'ACTIVE' ? 'DISABLED' : 'ACTIVE';
    return (
      <Act
        verb={next === 'ACTIVE' ? 'Enable the webhook' : 'Disable the webhook'}
        asks={
          next === 'ACTIVE'
            ? 'Events of the time in between are not delivered: send that span again.'
            : 'What is pending is cancelled. Sending a span again brings it back.'
        }
        record={webhook}
        content={`${id} ${version} ${next}`}
        send={() => call('PATCH /webhooks/{id}', { ...shared, body: { status: next } })}
        onClose={onClose}
      />
    );
  }
  if (deed === 'delete')
    return (
      <Act
        verb="Delete the webhook"
        asks="Pending deliveries are cancelled."
        ends
        record={webhook}
        content={`${id} ${version}`}
        send={() => call('DELETE /webhooks/{id}', shared)}
        onDone={() => go('/webhooks')}
        onClose={onClose}
      />
    );
  return null;
}

interface ReplayProps {
  readonly id: string;
  readonly zone: string | undefined;
  onClose(): void;
}

function Replay({ id, zone, onClose }: ReplayProps) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const body = { from: instantIn(from, zone), to: instantIn(to, zone) };
  const hint = `YYYY-MM-DD HH:MM, in ${zone ?? 'UTC'}.`;
  return (
    <Act
      verb="Send them again"
      asks="The deliveries of at most 31 days that have ended, to the address of now. Receivers know a repetition by its id."
      disabled={from === '' || to === ''}
      content={JSON.stringify([id, body])}
      send={({ key }) => call('POST /webhooks/{id}/replay', { params: { id }, body, key })}
      onClose={onClose}
    >
      <FormField label="From" description={hint}>
        <Input value={from} onChange={({ detail }) => setFrom(detail.value)} />
      </FormField>
      <FormField label="Before" description={hint}>
        <Input value={to} onChange={({ detail }) => setTo(detail.value)} />
      </FormField>
    </Act>
  );
}

function Deliveries({ id, me }: { id: string; me: Me }) {
  const state = useChoice('state', STATES);
  const queries = useQueryClient();
  const resend = useMutation({
    mutationFn: (delivery_id: string) =>
      call('POST /webhooks/{id}/deliveries/{delivery_id}/resend', {
        params: { id, delivery_id },
        key: newKey(),
      }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['webhooks', id] }),
  });
  const zone = me.tenant?.time_zone;
  return (
    <SpaceBetween size="m">
      {resend.error !== null && <ProblemAlert problem={resend.error} />}
      <Pages
        key={state ?? ''}
        name="deliveries"
        title="Deliveries"
        description="The newest first."
        queryKey={['webhooks', id, 'deliveries', state]}
        counted
        load={(page) => call('GET /webhooks/{id}/deliveries', { params: { id }, query: { ...page, state } })}
        rowId={(row: Delivery) => row.id}
        empty="Nothing was sent yet."
        everyMs={EVERY_MS}
        filter={
          <SpaceBetween direction="horizontal" size="m">
            <Choice name="state" label="State" values={STATES} all="Any state" />
          </SpaceBetween>
        }
        columns={[
          {
            id: 'type',
            header: 'Event',
            isRowHeader: true,
            minWidth: 160,
            cell: (row) => <span className="long">{row.type}</span>,
          },
          {
            id: 'state',
            header: 'State',
            minWidth: 130,
            cell: (row) => <StatusIndicator type={LOOKS[row.state]}>{words(row.state)}</StatusIndicator>,
          },
          {
            id: 'attempts',
            header: 'Last attempt',
            minWidth: 200,
            cell: (row) => <LastAttempt delivery={row} />,
          },
          {
            id: 'next',
            header: 'Next attempt',
            minWidth: 160,
            cell: (row) => (row.next_attempt_at === null ? '–' : instant(row.next_attempt_at, zone)),
          },
          { id: 'made', header: 'Made', minWidth: 160, cell: (row) => instant(row.created_at, zone) },
          {
            id: 'again',
            header: 'Again',
            cell: (row) =>
              operates(me) ? (
                <Button
                  variant="inline-link"
                  disabled={resend.isPending}
                  ariaLabel={`Resend ${row.type} of ${instant(row.created_at, zone)}`}
                  onClick={() => resend.mutate(row.id)}
                >
                  Resend
                </Button>
              ) : (
                '–'
              ),
          },
        ]}
      />
    </SpaceBetween>
  );
}

function LastAttempt({ delivery: { attempts } }: { delivery: Delivery }) {
  const last = attempts.at(-1);
  if (last === undefined) return 'None yet';
  return (
    <SpaceBetween size="xxs">
      <span className="long">
        {last.status === null ? words(last.error ?? 'no-answer') : `Answered ${last.status}`}
      </span>
      <Box variant="small">
        Attempt {last.attempt}, {last.duration_ms} ms
      </Box>
    </SpaceBetween>
  );
}
