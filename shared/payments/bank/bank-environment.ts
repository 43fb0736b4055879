import { optional, required } from '#platform/environment.ts';

/** The variables of functions that deal with the bank, or stand in for it. */
export const bankEnvironment = {
  /** The URL at which the bank takes orders. */
  bankUrl: (): string => required('BANK_URL'),
  bankSecretArn: (): string => required('BANK_SECRET_ARN'),
  /** Whether payments can be ordered from a bank by HTTP; without one they go into files. */
  hasBank: (): boolean => optional('BANK_BY_HTTP') === 'on',
  /** The seconds to wait for the bank's callback before the bank is asked. */
  bankWaitSeconds: (): number => Number(required('BANK_WAIT_SECONDS')),
  /** Whether the environment has a mock bank, see docs/mock-bank.md. */
  hasMockBank: (): boolean => optional('BANK_STAND_IN') === 'on',
  /** Whether the mock bank says nothing at present; the local platform says so with each invocation. */
  isMockBankSilent: (): boolean => optional('MOCK_BANK_SILENT') === 'on',
  /** The URL of the API to which the mock bank sends its callbacks. */
  callbackUrl: (): string => required('BANK_CALLBACK_URL'),
};
