import SpaceBetween from '@cloudscape-design/components/space-between';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { FILE_KINDS, FILE_LOOKS, FileState, nameOfFile } from '../parts/bank-file.tsx';
import { Choice, useChoice } from '../parts/choice.tsx';
import { grouped, instant, money, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { namesOf } from '../parts/names.ts';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';

const DIRECTIONS = ['outbound', 'inbound'] as const;
const STATES = namesOf(FILE_LOOKS);
const EVERY_MS = 20_000;

/** The files that went to the bank and came from it. */
export default function BankFiles({ me }: { me: Me }) {
  const direction = useChoice('direction', DIRECTIONS);
  const state = useChoice('state', STATES);
  return (
    <Screen
      title="Bank files"
      description="Payments go out in files, and what the bank says of them comes in. The newest first."
    >
      <Pages
        key={`${direction} ${state}`}
        name="bank-files"
        title="Files"
        queryKey={['bank-files', 'list', direction, state]}
        counted
        load={(page) => call('GET /bank-files', { query: { ...page, direction, state } })}
        rowId={(row: Row<'GET /bank-files'>) => row.id}
        empty="There is none like this. A bank that is paid by its API exchanges no files."
        everyMs={EVERY_MS}
        filter={
          <SpaceBetween direction="horizontal" size="m">
            <Choice name="direction" label="Direction" values={DIRECTIONS} all="In and out" />
            <Choice name="state" label="State" values={STATES} all="Any state" />
          </SpaceBetween>
        }
        columns={[
          {
            id: 'file',
            header: 'File',
            isRowHeader: true,
            cell: (row) => (
              <span className="long">
                <Go to={`/bank-files/${row.id}`}>{nameOfFile(row)}</Go>
              </span>
            ),
          },
          { id: 'direction', header: 'Direction', cell: (row) => words(row.direction) },
          { id: 'kind', header: 'Of', cell: (row) => FILE_KINDS[row.kind] },
          { id: 'state', header: 'State', cell: (row) => <FileState state={row.state} /> },
          {
            id: 'number',
            header: 'Payments or items',
            cell: (row) => (
              <span className="digits">{grouped(String(row.payments ?? row.counts.items))}</span>
            ),
          },
          {
            id: 'open',
            header: 'Open',
            cell: ({ counts }) => (
              <span className="digits">{grouped(String(counts.unmatched + counts.unreadable))}</span>
            ),
          },
          {
            id: 'total',
            header: 'Total',
            cell: (row) => <span className="digits">{money(row.total, 'USD')}</span>,
          },
          { id: 'since', header: 'Entered', cell: (row) => instant(row.created_at, me.tenant?.time_zone) },
        ]}
      />
    </Screen>
  );
}
