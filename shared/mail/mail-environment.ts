import { optional } from '#platform/environment.ts';

/** The variables of the function that sends mails. */
export const mailEnvironment = {
  /** The address from which the environment sends; absent where it sends none. */
  mailFrom: (): string | undefined => optional('MAIL_FROM'),
};
