import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act } from '../parts/act.tsx';
import { grouped, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';
import { ClassFields, EMPTY_CLASS, limitsOf } from './class/class-fields.tsx';

/** The classes of shares that the company may issue. */
export default function Classes({ me }: { me: Me }) {
  const [isDeclaring, setDeclaring] = useState(false);
  const digits = (quantity: string) => <span className="digits long">{grouped(quantity)}</span>;
  return (
    <Screen
      title="Share classes"
      description="Shares, dividends and meetings are of declared classes. No more is issued than is authorised."
      actions={
        operates(me) && (
          <Button variant="primary" onClick={() => setDeclaring(true)}>
            Declare a class
          </Button>
        )
      }
    >
      <Pages
        name="security-classes"
        title="Classes"
        queryKey={['security-classes', 'list']}
        counted
        load={(page) => call('GET /security-classes', { query: { ...page } })}
        rowId={(row: Row<'GET /security-classes'>) => row.code}
        empty="None is declared."
        columns={[
          {
            id: 'code',
            header: 'Code',
            isRowHeader: true,
            cell: (row) => <Go to={`/classes/${encodeURIComponent(row.code)}`}>{row.code}</Go>,
          },
          {
            id: 'name',
            header: 'Name',
            minWidth: 160,
            cell: (row) => (
              <span className="long" dir="auto">
                {row.name}
              </span>
            ),
          },
          { id: 'kind', header: 'Kind', cell: (row) => words(row.kind) },
          { id: 'votes', header: 'Votes a share', cell: (row) => digits(row.votes_per_share) },
          {
            id: 'authorized',
            header: 'Authorised',
            cell: (row) => (row.authorized === null ? 'No limit' : digits(row.authorized)),
          },
          { id: 'issued', header: 'Issued', cell: (row) => digits(row.issued) },
          { id: 'treasury', header: 'Of it treasury', cell: (row) => digits(row.treasury_shares) },
        ]}
      />
      {isDeclaring && <Declare onClose={() => setDeclaring(false)} />}
    </Screen>
  );
}

function Declare({ onClose }: { onClose(): void }) {
  const [code, setCode] = useState('');
  const [written, setWritten] = useState(EMPTY_CLASS);
  const [refused, setRefused] = useState<Error | null>(null);
  const [, go] = useLocation();
  const { name, kind } = written;
  const body = { code, name: name.trim(), kind, ...limitsOf(written) };
  return (
    <Act
      verb="Declare the class"
      asks="It is there at once. The code never changes: files and reports name the class by it."
      disabled={code === '' || body.name === ''}
      content={JSON.stringify(body)}
      send={({ key }) => call('POST /security-classes', { key, body })}
      onRefused={setRefused}
      onDone={(declared) => go(`/classes/${encodeURIComponent(declared.code)}`)}
      onClose={onClose}
    >
      <FormField
        label="Code"
        description="Capitals, digits and hyphens, such as SERIES-A."
        errorText={faultOf(refused, 'code', code) ?? ''}
      >
        <Input value={code} onChange={({ detail }) => setCode(detail.value.trim().toUpperCase())} />
      </FormField>
      <ClassFields written={written} refused={refused} onChange={setWritten} />
    </Act>
  );
}
