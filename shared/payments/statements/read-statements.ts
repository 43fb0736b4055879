import { baiStatements } from './bai-statements.ts';
import { camtStatements } from './camt-statements.ts';
import { type StatementFile, UnreadableStatement } from './statement.ts';
import { baiText, statementFormat, xmlText } from './statement-text.ts';

/**
 * Reads a bank’s statements, camt.053 or BAI2, by what the file is. `latin1` has its bytes as Latin-1.
 * A file of which nothing can be read has one fault, and no statement.
 */
export function readStatements(latin1: string): StatementFile {
  try {
    return statementFormat(latin1) === 'BAI2'
      ? baiStatements(baiText(latin1))
      : camtStatements(xmlText(latin1));
  } catch (error) {
    if (!(error instanceof UnreadableStatement)) throw error;
    return { statements: [], faulty: [], faults: [error.fault] };
  }
}
