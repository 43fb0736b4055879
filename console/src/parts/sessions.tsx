import Button from '@cloudscape-design/components/button';
import type { ReactNode } from 'react';
import type { Row } from '../api/routes.ts';
import { instant, words } from './format.ts';
import { type Page, Pages, type Paging } from './pages.tsx';

type Session = Row<'GET /me/sessions'>;

interface Props {
  readonly queryKey: readonly unknown[];
  readonly zone: string | undefined;
  readonly actions: ReactNode;
  load(page: Paging): Promise<Page<Session>>;
  /** Ends one session, where each can be ended. */
  onEnd?(id: string): void;
}

/** The sessions of somebody that are open. */
export function Sessions({ queryKey, zone, actions, load, onEnd }: Props) {
  return (
    <Pages
      name="sessions"
      title="Sessions"
      queryKey={queryKey}
      load={load}
      rowId={(row: Session) => row.id}
      empty="None is open."
      actions={actions}
      columns={[
        {
          id: 'device',
          header: 'Device',
          isRowHeader: true,
          minWidth: 160,
          cell: (row) => (
            <span className="long">
              {row.device ?? row.user_agent ?? 'Unknown'}
              {row.current && ' (this one)'}
            </span>
          ),
        },
        { id: 'from', header: 'From', cell: (row) => row.source_ip ?? '–' },
        { id: 'method', header: 'By', cell: (row) => (row.method === null ? '–' : words(row.method)) },
        { id: 'begun', header: 'Begun', minWidth: 160, cell: (row) => instant(row.started_at, zone) },
        { id: 'used', header: 'Last used', minWidth: 160, cell: (row) => instant(row.last_used_at, zone) },
        ...(onEnd === undefined
          ? []
          : [
              {
                id: 'end',
                header: 'End',
                cell: (row: Session) =>
                  row.current ? (
                    '–'
                  ) : (
                    <Button
                      ariaLabel={`End it: the session begun ${instant(row.started_at, zone)}`}
                      onClick={() => onEnd(row.id)}
                    >
                      End it
                    </Button>
                  ),
              },
            ]),
      ]}
    />
  );
}
