import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import type { Answer, Row } from '../../api/routes.ts';
import { ApiCall } from '../../parts/api-call.tsx';
import { AsOf } from '../../parts/as-of.tsx';
import { day, grouped, words } from '../../parts/format.ts';
import { Rows } from '../../parts/rows.tsx';

type Preview = Answer<'POST /retention/preview'>;

/** Counts what a run of the purge would erase. It is asked for: it looks at every record. */
export function NextPurge() {
  const [isAsked, ask] = useState(false);
  if (!isAsked) return <Button onClick={() => ask(true)}>Preview the next purge</Button>;
  return (
    <AsOf
      queryKey={['retention']}
      label="The run of"
      load={(query) => call('POST /retention/preview', { body: query })}
    >
      {(answer) => <Due preview={answer} />}
    </AsOf>
  );
}

function Due({ preview }: { preview: Preview }) {
  const { as_of, policy, data } = preview;
  const number = (value: number) => <span className="digits">{grouped(String(value))}</span>;
  return (
    <SpaceBetween size="m">
      <Rows
        name="retention"
        title={`The purge of ${day(as_of)}`}
        description={`Records are kept for ${policy.record_years} years, files for ${policy.file_years} years, errors of files for ${policy.errors_days} days, deliveries of webhooks for ${policy.delivery_days} days.`}
        items={data.filter(({ due, held }) => due + held > 0)}
        rowId={({ category }) => category}
        empty="Nothing would be erased."
        columns={[
          {
            id: 'category',
            header: 'Of',
            isRowHeader: true,
            cell: (row: Row<'POST /retention/preview'>) => words(row.category),
          },
          { id: 'due', header: 'To be erased', cell: (row) => number(row.due) },
          { id: 'held', header: 'Kept by a hold', cell: (row) => number(row.held) },
        ]}
      />
      <ApiCall answer={preview} />
    </SpaceBetween>
  );
}
