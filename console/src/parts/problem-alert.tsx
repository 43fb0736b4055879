import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { forPeople, nextStep, Problem, unreachable } from '../api/problem.ts';

interface Props {
  readonly problem: Error;
  /** A remedy that is at hand here: to load again, to look at what is there now. */
  readonly action?: ReactNode;
}

/** A refusal of the API where it belongs: what happened, which fields, what to do next, and the id by which it is found again. */
export function ProblemAlert({ problem: error, action }: Props) {
  const problem = error instanceof Problem ? error : unreachable();
  const { title, detail, errors, requestId } = problem;
  const faults = new Set(
    errors.map(
      ({ pointer, message }) =>
        `${pointer.replace(/^[/?]/, '').replaceAll('/', ' › ')} ${forPeople(message)}`,
    ),
  );
  const next = nextStep(problem);
  return (
    <Alert type="error" header={title} action={action}>
      <SpaceBetween size="xxs">
        {detail !== '' && <span className="long">{forPeople(detail)}</span>}
        {errors.length > 0 && (
          <ul>
            {[...faults].map((fault) => (
              <li key={fault} className="long">
                {fault}
              </li>
            ))}
          </ul>
        )}
        {next !== undefined && <span>{next}</span>}
        {requestId !== undefined && (
          <Box variant="small" color="inherit">
            Request <span className="code">{requestId}</span>
          </Box>
        )}
      </SpaceBetween>
    </Alert>
  );
}
