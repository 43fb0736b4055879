import { StartError } from 'template-runner/start-error';

/** Runs a command line tool. What the user can mend is one line on stderr and exit code 1, anything else a stack trace. */
export async function exitOnStartError(main: () => Promise<void>, usage: string): Promise<void> {
  try {
    await main();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isUsage = typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
    if (!isUsage && !(error instanceof StartError)) throw error;
    console.error(isUsage ? `${message.split('.')[0]}. ${usage}` : message);
    process.exitCode = 1;
  }
}
