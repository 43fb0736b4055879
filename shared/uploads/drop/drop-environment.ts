import { required } from '#platform/environment.ts';

/** The variables of functions that issue keys of the drop folder. */
export const dropEnvironment = {
  /** The policy that every user of the drop folder has, which is their boundary too. */
  policyArn: (): string => required('DROP_POLICY_ARN'),
  /** The names of the users begin with it. */
  userPrefix: (): string => required('DROP_USER_PREFIX'),
};
