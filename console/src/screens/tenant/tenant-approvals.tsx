import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import type { Answer, Row } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { differences, titleOf, whyNot } from '../../parts/changes.ts';
import { instant } from '../../parts/format.ts';
import { Pages } from '../../parts/pages.tsx';

type Request = Row<'GET /tenants/{id}/approvals'>;
interface Deciding {
  readonly request: Request;
  readonly decision: 'approve' | 'deny';
}

const TEXTS = {
  approve: { verb: 'Approve', asks: 'It takes effect at once, and the tenant’s trail has your name.' },
  deny: { verb: 'Deny', asks: 'It does not take effect. The reason is shown to whoever has proposed it.' },
} as const;

/** The changes that wait in a tenant. Where it has no second person yet, an operator stands in, for changes of users alone. */
export function TenantApprovals({ tenant: { id } }: { tenant: Answer<'GET /tenants/{id}'> }) {
  const [deciding, setDeciding] = useState<Deciding>();
  return (
    <>
      <Pages
        name="tenant-approvals"
        title="Waits for a second person"
        description="You decide on changes of users, while the tenant has nobody else who may."
        queryKey={['tenants', id, 'approvals']}
        counted
        load={(page) =>
          call('GET /tenants/{id}/approvals', { params: { id }, query: { ...page, state: 'PENDING' } })
        }
        rowId={(row: Request) => row.id}
        empty="Nothing waits."
        columns={[
          {
            id: 'kind',
            header: 'Change',
            isRowHeader: true,
            minWidth: 150,
            cell: (row) => titleOf(row.kind),
          },
          {
            id: 'what',
            header: 'Then',
            minWidth: 220,
            cell: (row) => (row.can_decide ? <After of={row} /> : '–'),
          },
          {
            id: 'proposed',
            header: 'Proposed',
            minWidth: 160,
            cell: (row) => instant(row.requested_at, 'UTC'),
          },
          {
            id: 'decide',
            header: 'Decide',
            minWidth: 190,
            cell: (request) =>
              request.can_decide ? (
                <SpaceBetween direction="horizontal" size="xs">
                  <Button onClick={() => setDeciding({ request, decision: 'approve' })}>Approve</Button>
                  <Button onClick={() => setDeciding({ request, decision: 'deny' })}>Deny</Button>
                </SpaceBetween>
              ) : (
                <Box variant="small">{whyNot(request) ?? '–'}</Box>
              ),
          },
        ]}
      />
      {deciding !== undefined && (
        <Act
          {...TEXTS[deciding.decision]}
          reason={{ most: 500 }}
          content={`${deciding.request.id} ${deciding.request.version}`}
          send={({ key, reason }) =>
            call(`POST /tenants/{id}/approvals/{approval}/${deciding.decision}`, {
              params: { id, approval: deciding.request.id },
              version: deciding.request.version,
              key,
              body: reason === '' ? {} : { reason },
            })
          }
          onClose={() => setDeciding(undefined)}
        />
      )}
    </>
  );
}

function After({ of: { before, after } }: { of: Request }) {
  const rows = differences(before, after).filter((row) => row.before !== row.after);
  return (
    <span className="tight lines" dir="auto">
      {rows.map(({ name, after: next }) => `${name.replaceAll('_', ' ')}: ${next ?? '–'}`).join('\n')}
    </span>
  );
}
