import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call, isProblem } from '../api/call.ts';
import { isAsRefused } from '../api/problem.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { useKeyOf } from '../parts/act.tsx';
import { useAddress } from '../parts/address.ts';
import { grouped, instant, words } from '../parts/format.ts';
import { OneOf } from '../parts/one-of.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { seesUsers } from '../parts/person.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';

type Export = Answer<'GET /reports/exports/{id}'>;
type Name = Export['report'];
type Format = Export['format'];

interface Report {
  readonly text: string;
  /** The parameters that it takes, by their names in the API, and how they are asked for. */
  readonly asks: Readonly<Record<string, string>>;
  readonly of: 'ISSUER' | 'SPONSOR' | 'BOTH';
  readonly isLetter?: boolean;
}

const RANGE = { from: 'From', to: 'To' };
const REPORTS: Readonly<Record<Name, Report>> = {
  holdings: { text: 'Register of a day', asks: { as_of: 'As of', security_class: 'Class' }, of: 'ISSUER' },
  transactions: { text: 'Payments', asks: RANGE, of: 'BOTH' },
  dividend: { text: 'A dividend', asks: { id: 'The dividend’s id' }, of: 'ISSUER' },
  '1099-div': { text: 'Forms 1099-DIV', asks: { year: 'Year' }, of: 'ISSUER' },
  '1042-s': { text: 'Forms 1042-S', asks: { year: 'Year' }, of: 'ISSUER' },
  statement: {
    text: 'Statement of a holder',
    asks: { id: 'The holder’s id', ...RANGE },
    of: 'ISSUER',
    isLetter: true,
  },
  contributions: { text: 'Contributions', asks: RANGE, of: 'SPONSOR' },
  vesting: { text: 'Vesting', asks: { period: 'Month' }, of: 'SPONSOR' },
  'plan-statement': {
    text: 'Statement of a plan',
    asks: { id: 'The plan’s id', ...RANGE },
    of: 'SPONSOR',
    isLetter: true,
  },
  access: { text: 'Access', asks: {}, of: 'BOTH' },
  audit: { text: 'Audit trail', asks: {}, of: 'BOTH' },
};

const HINTS: Readonly<Record<string, string>> = {
  ...{ from: 'YYYY-MM-DD', to: 'YYYY-MM-DD', as_of: 'YYYY-MM-DD, or none for today' },
  ...{ year: 'YYYY', period: 'YYYY-MM', security_class: 'All, or one such as COMMON' },
};
const FORMATS: Readonly<Record<Format, string>> = {
  csv: 'CSV',
  ndjson: 'JSON, a row a line',
  pdf: 'PDF, to be printed',
};
const LOOKS: Readonly<Record<Export['state'], StatusIndicatorProps.Type>> = {
  QUEUED: 'pending',
  RUNNING: 'in-progress',
  DONE: 'success',
  FAILED: 'error',
};
const POLL_MS = 1_000;

/** Reports, written to files. The one that is asked for stands in the address, and so does its file. */
export default function Reports({ me }: { me: Me }) {
  const [search, set] = useAddress();
  const [, go] = useLocation();
  const id = search.get('file');
  const mine = (Object.keys(REPORTS) as Name[]).filter((name) => isFor(name, me));
  const report = mine.find((name) => name === search.get('report')) ?? mine[0] ?? 'transactions';
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const [wanted, setFormat] = useState<Format>('csv');
  const { asks, isLetter = false } = REPORTS[report];
  const format = wanted === 'pdf' && !isLetter ? 'csv' : wanted;
  const parameters = Object.fromEntries(
    Object.keys(asks).flatMap((name) => (given[name]?.trim() ? [[name, given[name].trim()]] : [])),
  );
  const key = useKeyOf(JSON.stringify([report, parameters, format, id]));
  const write = useMutation({
    mutationFn: () => call('POST /reports/exports', { body: { report, parameters, format }, key }),
    onSuccess: (answer) => set({ file: answer.id }),
  });
  const options = mine.map((value) => ({ value, label: REPORTS[value].text }));
  const formats = (Object.keys(FORMATS) as Format[])
    .filter((one) => one !== 'pdf' || isLetter)
    .map((value) => ({ value, label: FORMATS[value] }));
  const fault = (name: string): string => {
    const errors = isProblem(write.error) ? write.error.errors : [];
    const message = errors.find(({ pointer }) => pointer.endsWith(`/${name}`) || pointer === `?${name}`);
    const isShown = write.error !== null && isAsRefused(write.error, name, given[name] ?? '');
    return message === undefined || !isShown ? '' : `It ${message.message}.`;
  };
  return (
    <Screen
      title="Reports"
      description="A worker writes the file, however long it is. It is kept for a week."
      actions={<Button onClick={() => go('/reports/ledger')}>Ledger and bank</Button>}
    >
      <Container header={<Header variant="h2">Write a report</Header>}>
        <SpaceBetween size="l">
          {write.error !== null && <ProblemAlert problem={write.error} />}
          <ColumnLayout columns={3}>
            <FormField label="Report">
              <OneOf
                options={options}
                value={report}
                onChange={(chosen) => {
                  set({ report: chosen, file: '' });
                  write.reset();
                }}
              />
            </FormField>
            {Object.entries(asks).map(([name, label]) => (
              <FormField key={name} label={label} errorText={fault(name)}>
                <Input
                  value={given[name] ?? ''}
                  placeholder={HINTS[name] ?? ''}
                  onChange={({ detail }) => setGiven({ ...given, [name]: detail.value })}
                />
              </FormField>
            ))}
            <FormField label="Format">
              <OneOf options={formats} value={format} onChange={(chosen) => setFormat(chosen)} />
            </FormField>
          </ColumnLayout>
          <Button variant="primary" loading={write.isPending} onClick={() => write.mutate()}>
            Write the file
          </Button>
        </SpaceBetween>
      </Container>
      {id !== null && <Written key={id} id={id} zone={me.tenant?.time_zone} />}
    </Screen>
  );
}

function isFor(name: Name, me: Me): boolean {
  if (name === 'access' && !seesUsers(me)) return false;
  const { of } = REPORTS[name];
  return of === 'BOTH' || of === me.tenant?.type;
}

function Written({ id, zone }: { id: string; zone: string | undefined }) {
  const query = useQuery({
    queryKey: ['exports', id],
    queryFn: () => call('GET /reports/exports/{id}', { params: { id } }),
    refetchInterval: ({ state: { data } }) =>
      data === undefined || data.state === 'QUEUED' || data.state === 'RUNNING' ? POLL_MS : false,
  });
  const { data } = query;
  if (query.error !== null) return <ProblemAlert problem={query.error} />;
  if (data === undefined) return null;
  return (
    <Pairs
      title={REPORTS[data.report].text}
      answer={data}
      items={[
        [
          'State',
          <StatusIndicator key="state" type={LOOKS[data.state]}>
            {words(data.state)}
          </StatusIndicator>,
        ],
        [
          'Rows',
          <span key="rows" className="digits">
            {grouped(String(data.rows))}
          </span>,
        ],
        ['Asked for', instant(data.created_at, zone)],
        ['Kept until', data.expires_at === null ? '–' : instant(data.expires_at, zone)],
      ]}
    >
      {data.failure !== null && (
        <Alert type="error" header="It could not be written">
          <span className="long">{data.failure}</span>
        </Alert>
      )}
      {data.url !== null && (
        <Link href={data.url} external externalIconAriaLabel="Opens in a new tab">
          Download it, as {FORMATS[data.format]}
        </Link>
      )}
    </Pairs>
  );
}
