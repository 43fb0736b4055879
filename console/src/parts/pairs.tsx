import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { ApiCall } from './api-call.tsx';

interface Props {
  readonly title: string;
  readonly items: readonly (readonly [label: string, value: ReactNode])[];
  readonly columns?: number;
  /** The answer that it shows. */
  readonly answer?: object | undefined;
  readonly children?: ReactNode;
}

/** The facts of one thing. */
export function Pairs({ title, items, columns = 4, answer, children }: Props) {
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs columns={columns} items={items.map(([label, value]) => ({ label, value }))} />
        {children}
        <ApiCall answer={answer} />
      </SpaceBetween>
    </Container>
  );
}
