import { optional, required } from '#platform/environment.ts';

/** The variables of functions that let people in. */
export const identityEnvironment = {
  /**
   * The cost of new password hashes, absent in a deployment. Tests and a platform on one machine, which keeps its passwords
   * in a file, set a lower one: the full cost is half a second of a processor.
   */
  passwordLog2N: (): number | undefined => Number(optional('VESTRY_PASSWORD_LOG2_N')) || undefined,
  /** Whether an ADMIN may set the passwords of others; elsewhere people are invited, and set their own. */
  passwordsByAdmin: (): boolean => optional('PASSWORDS_BY_ADMIN') === 'on',
  /** The time zone of new tenants that name none. */
  defaultTimeZone: (): string => optional('TIME_ZONE') ?? 'UTC',
  /** Whether privileged users need a second factor where their tenant has set nothing. Absent: they do. */
  secondFactorDemanded: (): boolean => optional('SECOND_FACTOR') !== 'off',
  /** The environment's own address. Absent: the API is reached at the address that API Gateway gives it. */
  publicUrl: (): string | undefined => optional('PUBLIC_URL'),
  signingKeysSecretArn: (): string => required('SIGNING_KEYS_SECRET_ARN'),
};
