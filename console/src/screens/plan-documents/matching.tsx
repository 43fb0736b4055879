import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, newKey } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { counted, money, words } from '../../parts/format.ts';
import { Go } from '../../parts/go.tsx';
import { ProblemAlert } from '../../parts/problem-alert.tsx';
import { Rows } from '../../parts/rows.tsx';

type Match = Answer<'POST /plan-documents/{id}/matches'>;

const EMPTY = { pay_date: '', run_id: '', true_up: false };
type Run = typeof EMPTY;

const LOOKS: Readonly<Record<Match['lines'][number]['outcome'], StatusIndicatorProps.Type>> = {
  POSTED: 'success',
  UNCHANGED: 'stopped',
  REFUSED: 'error',
};

function bodyOf({ pay_date, run_id, true_up }: Run) {
  return { pay_date, true_up, ...(run_id === '' ? {} : { run_id }) };
}

/** Matches a payroll run. It is computed first, person by person, and posted as one run: all of it, or nothing. */
export function Matching({ document }: { document: Answer<'GET /plan-documents/{id}'> }) {
  const [run, setRun] = useState(EMPTY);
  const [key, setKey] = useState(newKey);
  const queries = useQueryClient();
  const params = { id: document.id };
  const preview = useMutation({
    mutationFn: () =>
      call('POST /plan-documents/{id}/matches', {
        params,
        query: { dry_run: 'true' },
        body: bodyOf(run),
        key: newKey(),
      }),
  });
  const post = useMutation({
    // A match that was computed by one version is not posted by another.
    mutationFn: (version: number) =>
      call('POST /plan-documents/{id}/matches', { params, body: bodyOf(run), key, version }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['plans'] }),
  });
  const change = (changes: Partial<Run>): void => {
    setRun({ ...run, ...changes });
    setKey(newKey());
    preview.reset();
    post.reset();
  };
  const problem = post.error ?? preview.error;
  const fault = (field: keyof Run) => {
    const text = faultOf(problem, field);
    return text === undefined ? {} : { errorText: text };
  };
  const shown = post.data ?? preview.data;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Of what a payroll run has recorded for a pay date, by the formula of that day."
        >
          Employer’s match
        </Header>
      }
    >
      <SpaceBetween size="l">
        {problem !== null && <ProblemAlert problem={problem} />}
        <ColumnLayout columns={3}>
          <FormField label="Pay date" {...fault('pay_date')}>
            <Input
              value={run.pay_date}
              placeholder="YYYY-MM-DD"
              onChange={({ detail }) => change({ pay_date: detail.value.trim() })}
            />
          </FormField>
          <FormField label="Run" description="Of the payroll file, where it names one." {...fault('run_id')}>
            <Input value={run.run_id} onChange={({ detail }) => change({ run_id: detail.value.trim() })} />
          </FormField>
          <Checkbox checked={run.true_up} onChange={({ detail }) => change({ true_up: detail.checked })}>
            True up the year as a whole
          </Checkbox>
        </ColumnLayout>
        <Button
          loading={preview.isPending}
          onClick={() => {
            // A match that is computed anew is another one to post.
            setKey(newKey());
            post.reset();
            preview.mutate();
          }}
        >
          Compute it
        </Button>
        {shown !== undefined && <Lines match={shown} />}
        {post.data === undefined && preview.data !== undefined && preview.data.posted > 0 && (
          <Button
            variant="primary"
            loading={post.isPending}
            onClick={() => preview.data !== undefined && post.mutate(preview.data.version)}
          >
            Post {money(preview.data.total, preview.data.currency)}
          </Button>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Lines({ match }: { match: Match }) {
  const { currency } = match;
  const said = match.dry_run ? 'would be added' : 'added';
  return (
    <SpaceBetween size="m">
      <Alert type={match.refused > 0 ? 'warning' : match.dry_run ? 'info' : 'success'}>
        {counted(match.posted, 'contribution', 'contributions')} {said}, {money(match.total, currency)} in
        all; {match.unchanged} unchanged, {match.refused} refused.
      </Alert>
      <Rows
        name="match"
        title="Person by person"
        headingTag="h3"
        items={match.lines}
        rowId={({ plan_id }) => plan_id}
        variant="embedded"
        empty="No payroll run is recorded for this pay date."
        columns={[
          {
            id: 'person',
            header: 'Person',
            isRowHeader: true,
            minWidth: 110,
            cell: (row) => <Go to={`/plans/${row.plan_id}`}>{row.employee_id}</Go>,
          },
          {
            id: 'deferred',
            header: 'Deferred',
            minWidth: 110,
            cell: (row) => <span className="digits">{money(row.deferred, currency)}</span>,
          },
          {
            id: 'pay',
            header: 'Pay of a year',
            minWidth: 110,
            cell: (row) => <span className="digits">{money(row.pay, currency)}</span>,
          },
          {
            id: 'before',
            header: 'Matched before',
            minWidth: 110,
            cell: (row) => <span className="digits">{money(row.matched_before, currency)}</span>,
          },
          {
            id: 'amount',
            header: 'Match',
            minWidth: 110,
            cell: (row) => <span className="digits">{money(row.amount, currency)}</span>,
          },
          {
            id: 'outcome',
            header: 'Outcome',
            minWidth: 160,
            cell: (row) => (
              <StatusIndicator type={LOOKS[row.outcome]}>{row.refusal ?? words(row.outcome)}</StatusIndicator>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
