import Button from '@cloudscape-design/components/button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { instant, words } from '../parts/format.ts';
import { Pages } from '../parts/pages.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';

type Mapping = Row<'GET /uploads/mappings'>;

/** The mappings by which files of other systems are read. */
export default function Mappings({ me }: { me: Me }) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const remove = useMutation({
    mutationFn: ({ id, version }: Mapping) =>
      call('DELETE /uploads/mappings/{id}', { params: { id }, version }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['mappings'] }),
  });
  return (
    <Screen
      title="Mappings"
      description="A mapping says what the columns of another system’s files are here. Files that are put into a folder of its name are read by it too."
      above={{ text: 'Uploads', path: '/uploads' }}
      actions={operates(me) ? <Button onClick={() => go('/mappings/new')}>Map a file</Button> : undefined}
    >
      {remove.error !== null && <ProblemAlert problem={remove.error} />}
      <Pages
        name="mappings"
        title="Mappings"
        queryKey={['mappings']}
        load={(page) => call('GET /uploads/mappings', { query: { ...page } })}
        rowId={(row: Mapping) => row.id}
        empty="There is none yet: files have the columns of Vestry."
        columns={[
          {
            id: 'name',
            header: 'Name',
            isRowHeader: true,
            cell: (row) => <span className="long">{row.name}</span>,
          },
          { id: 'kind', header: 'Of', cell: (row) => words(row.kind) },
          {
            id: 'columns',
            header: 'Columns',
            minWidth: 240,
            cell: (row) => (
              <span className="lines long" dir="auto">
                {row.columns.map(readAs).join('\n')}
              </span>
            ),
          },
          { id: 'changed', header: 'Changed', cell: (row) => instant(row.updated_at, me.tenant?.time_zone) },
          ...(operates(me)
            ? [
                {
                  id: 'remove',
                  header: 'Remedy',
                  cell: (row: Mapping) => (
                    <Button
                      variant="inline-link"
                      loading={remove.isPending}
                      onClick={() => remove.mutate(row)}
                    >
                      Delete {row.name}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
    </Screen>
  );
}

function readAs({ from, to, value }: Mapping['columns'][number]): string {
  const fixed = value === null ? '' : ` (${Object.values(value).join(', ')})`;
  return `${from} → ${to}${fixed}`;
}
