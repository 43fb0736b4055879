import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Firing, type Moved, moveClock, readClock } from '../../api/local-clock.ts';
import { counted, grouped, instant, words } from '../../parts/format.ts';
import { ProblemAlert } from '../../parts/problem-alert.tsx';
import { Rows } from '../../parts/rows.tsx';

const EVERY_MS = 10_000;
const DAY_MS = 86_400_000;
/** The ways ahead that are a click, in days. */
const STEPS = { 'A day on': 1, 'A week on': 7, 'A month on': 31 } as const;

interface Moving {
  /** The instant that it has come to. */
  readonly time?: string;
  readonly firings: number;
  readonly failures: readonly { readonly schedule: string; readonly time: string; readonly error: string }[];
  readonly end?: Moved;
}

const BEGUN: Moving = { firings: 0, failures: [] };
const MOST_FAILURES = 50;

/** Moves the day of a platform on one's own machine, and tells what has happened on the way. */
export function TimeMachine() {
  const queries = useQueryClient();
  const clock = useQuery({ queryKey: ['local-clock'], queryFn: readClock, refetchInterval: EVERY_MS });
  const [until, setUntil] = useState('');
  const [moving, setMoving] = useState<Moving>();
  const [problem, setProblem] = useState<Error>();
  const [isRunning, setRunning] = useState(false);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  // The clock goes on after it was moved, and what was read of it may be from before.
  const time = later(moving?.time, clock.data?.time);
  const move = async (to: string): Promise<void> => {
    const stop = new AbortController();
    running.current = stop;
    setRunning(true);
    setProblem(undefined);
    let now = BEGUN;
    setMoving(now);
    try {
      for await (const line of moveClock(to, stop.signal)) {
        if ('changes' in line) now = { ...now, time: line.time, end: line };
        else now = after(now, line);
        setMoving(now);
      }
      setUntil('');
    } catch (error) {
      if (!stop.signal.aborted && error instanceof Error) setProblem(error);
    } finally {
      setRunning(false);
      // All that any screen has shown is older than it says.
      void queries.invalidateQueries();
    }
  };
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description="The platform on this machine has a clock of its own. Whatever falls due on the way happens, as it would have: jobs run, payments leave and settle, shares vest."
          >
            Move the day
          </Header>
        }
      >
        <SpaceBetween size="m">
          {clock.error !== null && <ProblemAlert problem={clock.error} />}
          {problem !== undefined && <ProblemAlert problem={problem} />}
          {time !== undefined && <div>It is {instant(time, 'UTC')}.</div>}
          <SpaceBetween direction="horizontal" size="xs" alignItems="end">
            <FormField label="To the end of" description="It is never moved back.">
              <div className="day">
                <Input
                  value={until}
                  placeholder="YYYY-MM-DD"
                  disabled={isRunning}
                  onChange={({ detail }) => setUntil(detail.value.trim().slice(0, 10))}
                />
              </div>
            </FormField>
            {Object.entries(STEPS).map(([label, days]) => (
              <Button
                key={label}
                disabled={isRunning || time === undefined}
                onClick={() => setUntil(daysAfter(time ?? '', days))}
              >
                {label}
              </Button>
            ))}
            <Button
              variant="primary"
              loading={isRunning}
              disabled={until === ''}
              onClick={() => void move(until)}
            >
              Move the time
            </Button>
            {isRunning && <Button onClick={() => running.current?.abort()}>Stop there</Button>}
          </SpaceBetween>
          <div role="status">
            {isRunning && moving !== undefined && (
              <StatusIndicator type="in-progress">
                {counted(moving.firings, 'job has', 'jobs have')} run
                {moving.time !== undefined && `, up to ${instant(moving.time, 'UTC')}`}
              </StatusIndicator>
            )}
            {!isRunning && moving !== undefined && moving.end === undefined && problem === undefined && (
              <StatusIndicator type="stopped">
                Stopped on the way, and the time is where it was.
              </StatusIndicator>
            )}
          </div>
        </SpaceBetween>
      </Container>
      {moving?.end !== undefined && <Happened end={moving.end} failures={moving.failures} />}
    </SpaceBetween>
  );
}

function after({ firings, failures, ...now }: Moving, { schedule, time, ok, error = '' }: Firing): Moving {
  const kept = ok ? failures : [...failures, { schedule, time, error }].slice(0, MOST_FAILURES);
  return { ...now, time, firings: firings + 1, failures: kept };
}

/** The later of two instants, as far as they are known. */
function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Date.parse(a) > Date.parse(b) ? a : b;
}

/** The day so many after the one that it is; a day means its end, and today’s is still ahead. */
function daysAfter(time: string, days: number): string {
  return new Date(Date.parse(time) + days * DAY_MS).toISOString().slice(0, 10);
}

interface HappenedProps {
  readonly end: Moved;
  readonly failures: Moving['failures'];
}

function Happened({ end, failures }: HappenedProps) {
  const changes = Object.entries(end.changes).map(([action, entries]) => ({ action, entries }));
  return (
    <SpaceBetween size="l">
      <Alert type={end.failed === 0 ? 'success' : 'warning'} header={`It is ${instant(end.time, 'UTC')}`}>
        {counted(end.firings, 'job has', 'jobs have')} run;{' '}
        {end.failed === 0 ? 'none failed.' : `${counted(end.failed, 'has', 'have')} failed.`}
      </Alert>
      <Rows
        name="what-happened"
        title="What happened"
        description="Entries of the audit trail, of all tenants."
        items={changes}
        rowId={({ action }) => action}
        empty="Nothing was changed."
        columns={[
          {
            id: 'action',
            header: 'What',
            isRowHeader: true,
            cell: ({ action }) => words(action.replaceAll('.', ' ')),
          },
          {
            id: 'entries',
            header: 'Times',
            cell: ({ entries }) => <span className="digits">{grouped(String(entries))}</span>,
          },
        ]}
      />
      {failures.length > 0 && (
        <Rows
          name="failed-jobs"
          title="Jobs that failed"
          items={failures}
          rowId={({ schedule, time }) => `${schedule} ${time}`}
          empty="None."
          columns={[
            { id: 'job', header: 'Job', isRowHeader: true, cell: ({ schedule }) => schedule },
            { id: 'time', header: 'When', cell: ({ time }) => instant(time, 'UTC') },
            { id: 'why', header: 'Why', cell: ({ error }) => <span className="long">{error}</span> },
          ]}
        />
      )}
    </SpaceBetween>
  );
}
