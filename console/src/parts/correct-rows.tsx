import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';
import { useKeyOf } from './act.tsx';
import { writeCsv } from './csv.ts';
import { counted } from './format.ts';
import { ProblemAlert } from './problem-alert.tsx';
import { isSendable, sendFile, useWay } from './send-file.tsx';

type Upload = Pick<Answer<'GET /uploads/{id}'>, 'id' | 'kind' | 'filename' | 'mode'>;
type Rejected = Answer<'GET /uploads/{id}/rejected-rows'>;

/** The columns of ours in a file of rejected rows. */
const OURS = 'vestry_error_';

/** The rows of a file that are wrong, corrected where they stand and sent as a file of their own, which is checked like any other. */
export function CorrectRows({ upload, onClose }: { upload: Upload; onClose(): void }) {
  const { data, error } = useQuery({
    queryKey: ['uploads', upload.id, 'rejected-rows'],
    queryFn: () => call('GET /uploads/{id}/rejected-rows', { params: { id: upload.id } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error !== null) return <ProblemAlert problem={error} />;
  if (data === undefined) return null;
  return <Rows upload={upload} rejected={data} onClose={onClose} />;
}

interface RowsProps {
  readonly upload: Upload;
  readonly rejected: Rejected;
  onClose(): void;
}

function Rows({ upload, rejected: { columns, rows, complete }, onClose }: RowsProps) {
  const [edited, setEdited] = useState(() => rows.map((row) => [...row]));
  const [, go] = useLocation();
  const text = writeCsv([columns, ...edited]);
  const key = useKeyOf(text);
  const way = useWay();
  const send = useMutation({
    mutationFn: () => {
      const name = upload.filename.replace(/(-corrected)?\.\w+$/, '-corrected.csv');
      const file = new File([text], name, { type: 'text/csv' });
      if (!isSendable(upload.kind)) throw new Error(`a file of ${upload.kind} is not sent here`);
      return sendFile(file, upload.kind, { dryRun: true, key, correctionOf: upload.id }, way.begin(file));
    },
    onSuccess: (id) => go(`/uploads/${id}`),
  });
  const at = (name: string): number => columns.indexOf(`${OURS}${name}`);
  const [line, column, message] = [at('line'), at('column'), at('message')];
  const shown = columns.flatMap((name, index) => (name.startsWith(OURS) ? [] : [{ name, index }]));
  // A column that the file does not have would be one of empty fields.
  const used = shown.filter(({ name, index }) =>
    rows.some((row) => row[index] !== '' || row[column] === name),
  );
  const change = (row: number, cell: number, value: string): void =>
    setEdited(
      edited.map((cells, r) => (r === row ? cells.map((old, c) => (c === cell ? value : old)) : cells)),
    );
  return (
    <SpaceBetween size="m">
      {!complete && (
        <Alert type="info">
          These are the first {rows.length}. Correct the others in the file of rejected rows, and send that.
        </Alert>
      )}
      {send.error !== null && <ProblemAlert problem={send.error} />}
      <Table
        variant="embedded"
        wrapLines
        items={edited.map((cells, index) => ({ cells, index }))}
        trackBy={({ index }) => String(index)}
        columnDefinitions={[
          {
            id: 'line',
            header: 'Line',
            isRowHeader: true,
            width: 80,
            cell: ({ cells }) => <span className="digits">{cells[line]}</span>,
          },
          {
            id: 'message',
            header: 'What is wrong',
            minWidth: 220,
            cell: ({ cells }) => <span className="long">{cells[message]}</span>,
          },
          ...used.map(({ name, index: cell }) => ({
            id: name,
            header: name,
            minWidth: 170,
            cell: ({ cells, index }: { cells: readonly string[]; index: number }) => (
              <Input
                ariaLabel={`${name}, line ${cells[line]}`}
                value={cells[cell] ?? ''}
                // The button that has led here is gone.
                autoFocus={index === 0 && cells[column] === name}
                invalid={cells[column] === name && cells[cell] === rows[index]?.[cell]}
                onChange={({ detail }) => change(index, cell, detail.value)}
              />
            ),
          })),
        ]}
      />
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" loading={send.isPending} onClick={() => send.mutate()}>
          Check {counted(rows.length, 'corrected row', 'corrected rows')}
        </Button>
        <Button variant="link" onClick={onClose}>
          Leave them
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}
