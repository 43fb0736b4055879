/** The parts of a task token. Anyone who has the token may end the waiting task. */
export interface TaskTokenParts {
  readonly executionArn: string;
  readonly branch: number;
  /** Random, and another one for each attempt: it makes a token unguessable. */
  readonly attempt: string;
}

export function formatTaskToken({ executionArn, branch, attempt }: TaskTokenParts): string {
  return Buffer.from(JSON.stringify([executionArn, branch, attempt])).toString('base64url');
}

/** `undefined` for what was never a token. */
export function parseTaskToken(token: string): TaskTokenParts | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || parts.length !== 3) return undefined;
    const [executionArn, branch, attempt] = parts as unknown[];
    if (typeof executionArn !== 'string' || typeof branch !== 'number' || typeof attempt !== 'string')
      return undefined;
    return { executionArn, branch, attempt };
  } catch {
    return undefined;
  }
}
