import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ComponentProps, ReactNode } from 'react';
import { ProblemAlert } from './problem-alert.tsx';
import { Screen } from './screen.tsx';

interface Props extends Required<Pick<ComponentProps<typeof Screen>, 'title' | 'above'>> {
  readonly problem: Error | null;
  /** The form of the terms. */
  readonly terms: ReactNode;
  readonly isComputing: boolean;
  onCompute(): void;
  /** The result, once it was computed, with what sends the terms. */
  readonly children: ReactNode;
}

/** A screen for terms that are computed and shown before anything comes of them. */
export function ComputedFirst({ title, above, problem, terms, isComputing, onCompute, children }: Props) {
  return (
    <Screen title={title} above={above}>
      <Container header={<Header variant="h2">Terms</Header>}>
        <SpaceBetween size="l">
          {problem !== null && <ProblemAlert problem={problem} />}
          {terms}
          <Button loading={isComputing} onClick={onCompute}>
            Compute it
          </Button>
        </SpaceBetween>
      </Container>
      {children}
    </Screen>
  );
}
