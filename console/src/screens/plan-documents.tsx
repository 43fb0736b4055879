import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { day, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';
import { DocumentForm } from './plan-documents/document-form.tsx';

/** The terms by which plans are run. */
export default function PlanDocuments({ me }: { me: Me }) {
  const [isWriting, setWriting] = useState(false);
  return (
    <Screen
      title="Plan documents"
      description="The terms that enrolments inherit, and by which the employer’s match is computed."
      actions={
        operates(me) && (
          <Button variant="primary" onClick={() => setWriting(true)}>
            Write a document
          </Button>
        )
      }
    >
      <Pages
        name="plan-documents"
        title="Documents"
        queryKey={['plan-documents']}
        load={(page) => call('GET /plan-documents', { query: { ...page } })}
        rowId={(row: Row<'GET /plan-documents'>) => row.id}
        empty="There is no plan document yet."
        columns={[
          {
            id: 'name',
            header: 'Name',
            isRowHeader: true,
            cell: (row) => (
              <span className="long">
                <Go to={`/plan-documents/${row.id}`}>{row.name}</Go>
              </span>
            ),
          },
          { id: 'type', header: 'Plan', cell: (row) => row.plan_type },
          { id: 'currency', header: 'Currency', cell: (row) => row.currency },
          { id: 'match', header: 'Match', cell: (row) => (row.terms.match === null ? 'None' : 'Yes') },
          { id: 'entry', header: 'Entry', cell: (row) => words(row.terms.entry_dates) },
          { id: 'since', header: 'In force since', cell: (row) => day(row.terms.effective_from) },
          {
            id: 'versions',
            header: 'Versions',
            cell: (row) => <span className="digits">{row.versions.length}</span>,
          },
        ]}
      />
      {isWriting && <DocumentForm onClose={() => setWriting(false)} />}
    </Screen>
  );
}
