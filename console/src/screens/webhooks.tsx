import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { instant } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Once } from '../parts/once.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';
import { WebhookForm, WebhookStatus } from '../parts/webhook.tsx';

/** The addresses to which events are sent. */
export default function Webhooks({ me }: { me: Me }) {
  const [isNew, setNew] = useState(false);
  const [secret, setSecret] = useState<string>();
  const isAdmin = me.role === 'ADMIN';
  return (
    <Screen
      title="Webhooks"
      description="Events are posted to your systems, signed as Standard Webhooks have it."
      actions={
        isAdmin && (
          <Button variant="primary" onClick={() => setNew(true)}>
            Add a webhook
          </Button>
        )
      }
    >
      {secret !== undefined && <Once what="The secret of the webhook" text={secret} />}
      <Pages
        name="webhooks"
        title="Webhooks"
        queryKey={['webhooks', 'list']}
        load={(page) => call('GET /webhooks', { query: { ...page } })}
        rowId={(row: Row<'GET /webhooks'>) => row.id}
        empty="There is none."
        columns={[
          {
            id: 'url',
            header: 'Address',
            isRowHeader: true,
            minWidth: 240,
            cell: (row) => (
              <span className="long">
                <Go to={`/webhooks/${row.id}`}>{row.url}</Go>
              </span>
            ),
          },
          {
            id: 'status',
            header: 'Status',
            minWidth: 130,
            cell: (row) => <WebhookStatus status={row.status} />,
          },
          {
            id: 'events',
            header: 'Events',
            minWidth: 220,
            cell: (row) => <span className="long">{row.events.join(', ')}</span>,
          },
          {
            id: 'created',
            header: 'Added',
            minWidth: 160,
            cell: (row) => instant(row.created_at, me.tenant?.time_zone),
          },
        ]}
      />
      {isNew && <WebhookForm onClose={() => setNew(false)} onMade={(made) => setSecret(made.secret)} />}
    </Screen>
  );
}
