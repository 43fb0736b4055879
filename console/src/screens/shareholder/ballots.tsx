import { call } from '../../api/call.ts';
import type { Row } from '../../api/routes.ts';
import { grouped, instant } from '../../parts/format.ts';
import { Go } from '../../parts/go.tsx';
import { choicesOf } from '../../parts/meeting.tsx';
import { Pages } from '../../parts/pages.tsx';

/** The ballots of a holder, at any meeting. */
export function Ballots({ id, zone }: { id: string; zone: string | undefined }) {
  return (
    <Pages
      name="holder-ballots"
      title="Ballots"
      description="The newest first. Revoked ones are kept as history."
      queryKey={['shareholders', id, 'votes']}
      counted
      load={(page) => call('GET /shareholders/{id}/votes', { params: { id }, query: { ...page } })}
      rowId={(row: Row<'GET /shareholders/{id}/votes'>) => row.id}
      empty="The holder has not voted."
      columns={[
        {
          id: 'meeting',
          header: 'Meeting',
          isRowHeader: true,
          cell: (row) => (
            <span className="long" dir="auto">
              <Go to={`/meetings/${row.meeting_id}`}>
                {row.meeting_title ?? `Meeting ${row.meeting_id.slice(-6)}`}
              </Go>
            </span>
          ),
        },
        {
          id: 'weight',
          header: 'Votes',
          cell: (row) => <span className="digits long">{grouped(row.weight)}</span>,
        },
        {
          id: 'choices',
          header: 'Choices',
          minWidth: 200,
          cell: (row) => <span className="long lines">{choicesOf(row)}</span>,
        },
        { id: 'cast', header: 'Cast', minWidth: 160, cell: (row) => instant(row.cast_at, zone) },
        {
          id: 'revoked',
          header: 'Revoked',
          minWidth: 130,
          cell: (row) => (row.revoked_at === null ? '–' : instant(row.revoked_at, zone)),
        },
      ]}
    />
  );
}
