import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call, newKey } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { CorrectRows } from '../parts/correct-rows.tsx';
import { counted, grouped, instant, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';
import {
  isSendable,
  megabytes,
  nameOfKind,
  Progress,
  sendFile,
  sentFile,
  useWay,
} from '../parts/send-file.tsx';
import { History } from '../parts/trail.tsx';
import { isUnderWay, UploadState } from '../parts/upload-state.tsx';

type Seen = Answer<'GET /uploads/{id}'>;
type Changes = NonNullable<Seen['changes']>;

const ABOVE = { text: 'Uploads', path: '/uploads' };
const POLL_MS = 700;
const count = (rows: number | null) => (
  <span className="digits">{rows === null ? '–' : grouped(String(rows))}</span>
);

/** A file: how far it is read, what it changes, and what is wrong with its rows. */
export default function Upload({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['uploads', id],
    queryFn: () => call('GET /uploads/{id}', { params: { id } }),
    refetchInterval: ({ state }) => (state.data === undefined || isUnderWay(state.data) ? POLL_MS : false),
  });
  const { data } = query;
  if (data === undefined) return <Opening title="File" above={ABOVE} query={query} />;
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title={data.filename}
      description={`${nameOfKind(data.kind)}, sent ${instant(data.created_at, zone)}`}
      above={ABOVE}
    >
      <Next upload={data} />
      <Pairs
        title={data.dry_run ? 'Check' : 'Load'}
        answer={data}
        items={[
          ['State', <UploadState key="state" upload={data} />],
          ['Rows', count(data.rows)],
          ['Accepted', count(data.accepted)],
          ['Rejected', count(data.rejected)],
          ['Ignored', count(data.ignored)],
          ...(data.kind === 'shareholders'
            ? [['Holders not named', data.mode === 'replace' ? 'Set to zero' : 'Left alone'] as const]
            : []),
          ['Came by', words(data.door)],
          ['Ended', data.completed_at === null ? '–' : instant(data.completed_at, zone)],
        ]}
      >
        {isUnderWay(data) && <UnderWay upload={data} />}
      </Pairs>
      {data.changes !== null && (
        <Changed changes={data.changes} url={data.changes_url} dryRun={data.dry_run} />
      )}
      {data.rejected > 0 && <Rejected upload={data} me={me} />}
      <History me={me} resource={`uploads/${id}`} />
    </Screen>
  );
}

/** Says how far it is: stored, read to so many bytes, or compared and written, of which nobody can tell the end. */
function UnderWay({
  upload: { state, dry_run, rows, bytes_done: done, bytes_total: total },
}: {
  upload: Seen;
}) {
  if (state === 'VALIDATING' && done < total)
    return (
      <ProgressBar
        label="Reading"
        value={Math.floor((done / total) * 100)}
        additionalInfo={`${megabytes(done)} of ${megabytes(total)} MB, ${counted(rows, 'row', 'rows')}`}
      />
    );
  return (
    <LiveRegion>
      {state === 'RECEIVED' ? (
        <StatusIndicator type="pending">It is stored, and waits for its turn to be read</StatusIndicator>
      ) : (
        <StatusIndicator type="loading">
          All {counted(rows, 'row', 'rows')} are read, and are compared with what is there
          {!dry_run && ' and written'}
        </StatusIndicator>
      )}
    </LiveRegion>
  );
}

/** The next step: to load what was checked, to wait for a colleague, to mend the file. */
function Next({ upload }: { upload: Seen }) {
  if (upload.failure !== null)
    return (
      <Alert type="error" header="The file could not be read">
        <span className="long">{upload.failure.replace(/^[a-z-]+: /, '')}</span> Nothing of it was loaded.
        Mend the file and send it again.
      </Alert>
    );
  if (upload.duplicate_of !== null)
    return (
      <Alert type="info" header="The same bytes were loaded before">
        This is what came of them. <Go to={`/uploads/${upload.duplicate_of}`}>The first upload</Go>
      </Alert>
    );
  if (upload.state === 'AWAITING_APPROVAL') return <Waiting id={upload.id} />;
  if (upload.state !== 'COMPLETED') return null;
  return (
    <>
      {upload.warnings.map(({ column, message }) => (
        <Alert key={column + message} type="warning">
          <span className="long">{message}</span>
        </Alert>
      ))}
      {upload.dry_run && <Publish id={upload.id} accepted={upload.accepted} rejected={upload.rejected} />}
    </>
  );
}

function Waiting({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ['approvals', 'of-upload', id],
    queryFn: () => call('GET /approvals', { query: { state: 'PENDING', limit: '200' } }),
  });
  const request = data?.data.find(({ subject }) => subject.id === id);
  return (
    <Alert type="info" header="It waits for a second person">
      Nothing is loaded before a colleague has approved it as it is shown here.{' '}
      {request !== undefined && <Go to={`/approvals/${request.id}`}>The request</Go>}
    </Alert>
  );
}

/** Loads the file that was checked: the same bytes, sent once more. What it corrects is loaded before it, with the rows that were right. */
function Publish({ id, accepted, rejected }: { id: string; accepted: number; rejected: number }) {
  const [key] = useState(newKey);
  const [keyOfFirst] = useState(newKey);
  const [, go] = useLocation();
  const chosen = sentFile(id);
  const first = chosen?.correctionOf === undefined ? undefined : sentFile(chosen.correctionOf);
  const way = useWay();
  const load = useMutation({
    mutationFn: async ({ file, kind, ...read }: NonNullable<typeof chosen>) => {
      if (first !== undefined) {
        const { file: rest, kind: ofRest, ...readRest } = first;
        await sendFile(rest, ofRest, { ...readRest, dryRun: false, key: keyOfFirst }, way.begin(rest));
      }
      return sendFile(file, kind, { ...read, dryRun: false, key }, way.begin(file));
    },
    onSuccess: (loaded) => go(`/uploads/${loaded}`),
  });
  if (accepted === 0)
    return (
      <Alert type="warning">
        No row is right, so there is nothing to load. Correct the rows, or mend the file and send it again.
      </Alert>
    );
  if (chosen === undefined)
    return (
      <Alert type="info" header="Nothing is loaded yet">
        This was a check. Send the file again under <Go to="/uploads">Uploads</Go> to load it from there.
      </Alert>
    );
  return (
    <Alert
      type={rejected > 0 ? 'warning' : 'success'}
      header={rejected > 0 ? counted(rejected, 'row is wrong', 'rows are wrong') : 'Every row is right'}
      action={
        <Button loading={load.isPending} onClick={() => load.mutate(chosen)}>
          Load {counted(accepted, 'row', 'rows')}
          {first !== undefined && ', and the others of the file'}
        </Button>
      }
    >
      <SpaceBetween size="xs">
        <span>
          Nothing is loaded yet.{' '}
          {rejected > 0 && 'Rows that are wrong are left out: correct them below, or load the others now.'}
        </span>
        {load.isPending && <Progress way={way} />}
        {load.error !== null && <ProblemAlert problem={load.error} />}
      </SpaceBetween>
    </Alert>
  );
}

function Changed({ changes, url, dryRun }: { changes: Changes; url: string | null; dryRun: boolean }) {
  const { created, changed, unchanged, absent, by_class, by_status, largest, look_alikes } = changes;
  return (
    <Pairs
      title={dryRun ? 'What it would change' : 'What it changes'}
      items={[
        ['New', count(created)],
        ['Changed', count(changed)],
        ['Unchanged', count(unchanged)],
        ['Not in the file', count(absent)],
      ]}
    >
      {by_class.length > 0 && (
        <Table
          variant="embedded"
          wrapLines
          header={<Header variant="h3">By class</Header>}
          items={by_class}
          trackBy="security_class"
          columnDefinitions={[
            { id: 'class', header: 'Class', isRowHeader: true, cell: (row) => row.security_class },
            {
              id: 'before',
              header: 'Shares before',
              cell: (row) => <span className="digits long">{grouped(row.before)}</span>,
            },
            {
              id: 'after',
              header: 'Shares after',
              cell: (row) => <span className="digits long">{grouped(row.after)}</span>,
            },
            {
              id: 'moved',
              header: 'Moved',
              cell: (row) => <span className="digits long">{grouped(row.moved)}</span>,
            },
          ]}
        />
      )}
      {by_status !== null && by_status.length > 0 && (
        <Table
          variant="embedded"
          header={<Header variant="h3">By KYC status</Header>}
          items={by_status}
          columnDefinitions={[
            { id: 'before', header: 'Before', isRowHeader: true, cell: (row) => words(row.before) },
            { id: 'after', header: 'After', cell: (row) => words(row.after) },
            { id: 'payees', header: 'Payees', cell: (row) => count(row.payees) },
          ]}
        />
      )}
      {largest !== null && largest.length > 0 && (
        <Table
          variant="embedded"
          wrapLines
          header={<Header variant="h3">The largest changes</Header>}
          items={largest}
          columnDefinitions={[
            {
              id: 'ref',
              header: 'Reference',
              isRowHeader: true,
              cell: (row) => <span className="long">{row.external_ref}</span>,
            },
            { id: 'line', header: 'Line', cell: (row) => count(row.line) },
            {
              id: 'before',
              header: 'Before',
              cell: (row) => <span className="digits long">{grouped(row.before)}</span>,
            },
            {
              id: 'after',
              header: 'After',
              cell: (row) => <span className="digits long">{grouped(row.after)}</span>,
            },
          ]}
        />
      )}
      {look_alikes !== null && look_alikes.length > 0 && (
        <Alert type="warning" header="New references that look like others">
          <ul>
            {look_alikes.map((one) => (
              <li key={one.line} className="long">
                Line {one.line}: {one.external_ref}, like {one.like}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {url !== null && (
        <Button href={url} iconName="download" download>
          Every change, as CSV
        </Button>
      )}
    </Pairs>
  );
}

function Rejected({ upload, me }: { upload: Seen; me: Me }) {
  const { errors, errors_url: url, rejected } = upload;
  const [isCorrecting, setCorrecting] = useState(false);
  const canCorrect = operates(me) && url !== null && isSendable(upload.kind) && upload.mode === 'merge';
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${grouped(String(rejected))})`}
          description={
            errors.length < rejected ? `The first ${errors.length} are shown; the file has all.` : undefined
          }
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {url !== null && (
                <Button href={url} iconName="download" download>
                  Rejected rows, as CSV
                </Button>
              )}
              {canCorrect && !isCorrecting && (
                <Button onClick={() => setCorrecting(true)}>Correct them here</Button>
              )}
            </SpaceBetween>
          }
        >
          Rows that are wrong
        </Header>
      }
    >
      {isCorrecting ? (
        <CorrectRows upload={upload} onClose={() => setCorrecting(false)} />
      ) : (
        <Table
          variant="embedded"
          wrapLines
          items={errors}
          columnDefinitions={[
            { id: 'line', header: 'Line', isRowHeader: true, width: 90, cell: (row) => count(row.line) },
            { id: 'column', header: 'Column', cell: (row) => row.column ?? 'The whole row' },
            {
              id: 'message',
              header: 'What is wrong',
              cell: (row) => <span className="long">{row.message}</span>,
            },
          ]}
        />
      )}
    </Container>
  );
}
