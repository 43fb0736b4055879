import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Row } from '../api/routes.ts';
import { words } from './format.ts';

type BankFile = Row<'GET /bank-files'>;

export const FILE_LOOKS: Readonly<Record<BankFile['state'], StatusIndicatorProps.Type>> = {
  PREPARED: 'pending',
  FETCHED: 'in-progress',
  ACKNOWLEDGED: 'success',
  REJECTED: 'error',
  RECEIVED: 'in-progress',
  APPLIED: 'success',
  PARTLY: 'warning',
  UNREADABLE: 'error',
};

export const FILE_KINDS: Readonly<Record<BankFile['kind'], string>> = {
  PAYMENTS: 'Payments',
  ANSWERS: 'Answers of the bank',
  STATEMENT: 'Bank statement',
};

export function FileState({ state }: Pick<BankFile, 'state'>) {
  const text = state === 'PARTLY' ? 'Partly open' : words(state);
  return <StatusIndicator type={FILE_LOOKS[state]}>{text}</StatusIndicator>;
}

/** The last part of where it lies. */
export function nameOfFile({ object_key: key }: Pick<BankFile, 'object_key'>): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
