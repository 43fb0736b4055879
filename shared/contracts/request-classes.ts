/** The time over which requests are counted. */
export const LIMIT_WINDOW_SECONDS = 10;

/** The classes of requests that are limited for their user and for their tenant, with what their problems call them. */
export const CALLER_CLASSES = {
  reads: 'reads',
  writes: 'changes',
  uploads: 'uploads',
  reports: 'reports',
  provisioning: 'requests of a directory',
} as const;

/** The classes of requests without a caller, which are limited for the network that they come from. */
export const SOURCE_CLASSES = {
  signIn: 'requests to sign in or out',
  bank: 'messages of the bank',
} as const;

export type CallerClass = keyof typeof CALLER_CLASSES;
export type SourceClass = keyof typeof SOURCE_CLASSES;
export type RequestClass = CallerClass | SourceClass;
