import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import type { Row } from '../../api/routes.ts';
import { counted } from '../../parts/format.ts';
import { onePage, Pages } from '../../parts/pages.tsx';
import { ProblemAlert } from '../../parts/problem-alert.tsx';

type DeadLetter = Row<'GET /operations/dead-letters'>;

/** The queue that a message came from, and goes back to. */
const sourceOf = ({ queue }: DeadLetter): string => queue.replace(/-dlq$/, '');

/** A sample of what failed for good, queue by queue. It stays where it is until somebody sends it back. */
export function DeadLetters() {
  const queries = useQueryClient();
  const redrive = useMutation({
    mutationFn: (queue: string) =>
      call('POST /operations/dead-letters/{queue}/redrive', { params: { queue } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['operations'] }),
  });
  return (
    <SpaceBetween size="m">
      {redrive.error !== null && <ProblemAlert problem={redrive.error} />}
      {redrive.data !== undefined && (
        <StatusIndicator type="success">
          {counted(redrive.data.messages, 'message goes', 'messages go')} back to {redrive.data.queue}.
        </StatusIndicator>
      )}
      <Pages
        name="dead-letters"
        title="Failed for good"
        description="Up to ten messages of each queue. They hold ids, and no personal data. Mend the cause before you send them back."
        queryKey={['operations', 'dead-letters']}
        load={async () => onePage(await call('GET /operations/dead-letters'))}
        rowId={(row: DeadLetter) => row.id}
        empty="Nothing has failed for good."
        columns={[
          {
            id: 'queue',
            header: 'Queue',
            isRowHeader: true,
            cell: (row) => <span className="long">{row.queue}</span>,
          },
          { id: 'sent', header: 'Given up', cell: (row) => row.sent_at },
          {
            id: 'received',
            header: 'Received',
            cell: (row) => <span className="digits">{row.received}</span>,
          },
          {
            id: 'request',
            header: 'Request',
            cell: (row) => <span className="code">{row.attributes.request_id ?? '–'}</span>,
          },
          {
            id: 'body',
            header: 'Message',
            minWidth: 260,
            cell: (row) => <span className="code">{row.body}</span>,
          },
          {
            id: 'redrive',
            header: 'Remedy',
            cell: (row) => (
              <Button
                variant="inline-link"
                loading={redrive.isPending && redrive.variables === sourceOf(row)}
                onClick={() => redrive.mutate(sourceOf(row))}
              >
                Send all of {sourceOf(row)} back
              </Button>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
