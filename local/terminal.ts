import { type ParseArgsConfig, parseArgs } from 'node:util';
import { StartError } from 'template-runner/start-error';
import { closest } from '#lib/closest.ts';

export { StartError };

/**
 * Reads the arguments of a command. `--help` or `-h` prints `help` and ends the process; its first line is the usage that
 * a refused argument is answered with. Throws `StartError` for an option that the command doesn't have.
 */
export function readArguments<T extends ParseArgsConfig>(help: string, config: T) {
  const args = config.args ?? process.argv.slice(2);
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  if (options.some((argument) => argument === '--help' || argument === '-h')) {
    console.log(help);
    process.exit(0);
  }
  try {
    return parseArgs<T>({ ...config, args: [...args] });
  } catch (error) {
    throw new StartError(
      `${refusal(error as NodeJS.ErrnoException, Object.keys(config.options ?? {}))}${usageOf(help)}`,
    );
  }
}

/** Reads the arguments as {@link readArguments} does, and ends the process with one line for a wrong one. */
export function readArgumentsOrExit<T extends ParseArgsConfig>(help: string, config: T) {
  try {
    return readArguments(help, config);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

/** Returns the first line of a help text: how the command is written. */
export function usageOf(help: string): string {
  return help.split('\n')[0] ?? '';
}

function refusal({ code, message }: NodeJS.ErrnoException, known: readonly string[]): string {
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `${message.split('. ')[0]}. `;
  const name = /'(-[^ ']+)/.exec(message)?.[1] ?? '';
  const meant = closest(name.replace(/^-+/, ''), known);
  const hint = meant === undefined ? 'see --help' : `did you mean --${meant}?`;
  return `there is no option ${name}: ${hint} `;
}

/**
 * Runs a command line tool. An error that the user can fix is one line on stderr, any other a stack trace.
 * @param code the exit code of either
 */
export async function exitOnStartError(main: () => Promise<void>, code = 1): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof StartError ? error.message : error);
    process.exitCode = code;
  }
}
