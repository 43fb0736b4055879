import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { useAddress } from '../parts/address.ts';
import { grouped, instant } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { OneOf, optionsIn } from '../parts/one-of.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';
import { nameOfKind, SendFile } from '../parts/send-file.tsx';
import { UploadState } from '../parts/upload-state.tsx';

const STATES = ['RECEIVED', 'VALIDATING', 'AWAITING_APPROVAL', 'COMPLETED', 'FAILED'] as const;
const EVERY_MS = 10_000;

/** Files that were sent, by whichever door, and a place to send one. */
export default function Uploads({ me }: { me: Me }) {
  const [search, set] = useAddress();
  const [, go] = useLocation();
  const state = STATES.find((one) => one === search.get('state'));
  const options = [{ value: '', label: 'All states' }, ...optionsIn(STATES)];
  return (
    <Screen
      title="Uploads"
      description="A file is read and compared before anything of it is loaded."
      actions={<Button onClick={() => go('/uploads/drop')}>Drop folder</Button>}
    >
      {operates(me) && me.tenant !== null && <SendFile tenantType={me.tenant.type} />}
      <Pages
        key={state ?? ''}
        name="uploads"
        title="Files"
        description="The newest first."
        queryKey={['uploads', 'list', state]}
        counted
        sorts={['filename', 'created_at']}
        load={(page) =>
          call('GET /uploads', { query: { ...page, ...(state === undefined ? {} : { state }) } })
        }
        rowId={(row: Row<'GET /uploads'>) => row.id}
        empty={state === undefined ? 'No file was sent yet.' : 'No file is in this state.'}
        everyMs={EVERY_MS}
        filter={
          <SpaceBetween direction="horizontal" size="m">
            <OneOf
              ariaLabel="State"
              options={options}
              value={state ?? ''}
              onChange={(chosen) => set({ state: chosen })}
            />
          </SpaceBetween>
        }
        columns={[
          {
            id: 'file',
            header: 'File',
            sortingField: 'filename',
            isRowHeader: true,
            minWidth: 200,
            cell: (row) => (
              <span className="tight">
                <Go to={`/uploads/${row.id}`}>{row.filename}</Go>
              </span>
            ),
          },
          { id: 'kind', header: 'Of', minWidth: 150, cell: (row) => nameOfKind(row.kind) },
          { id: 'state', header: 'State', minWidth: 130, cell: (row) => <UploadState upload={row} /> },
          {
            id: 'rows',
            header: 'Rows',
            cell: (row) => <span className="digits">{grouped(String(row.rows))}</span>,
          },
          {
            id: 'rejected',
            header: 'Rejected',
            cell: (row) => <span className="digits">{grouped(String(row.rejected))}</span>,
          },
          {
            id: 'sent',
            header: 'Sent',
            sortingField: 'created_at',
            cell: (row) => instant(row.created_at, me.tenant?.time_zone),
          },
        ]}
      />
    </Screen>
  );
}
