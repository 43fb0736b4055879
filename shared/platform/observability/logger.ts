import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { maskPayload } from './mask.ts';

/** One JSON line an entry. Masking sits here, below every call, so that no call site can forget it. */
class MaskingFormatter extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { error, ...rest } = additional as LogAttributes & { error?: unknown };
    return new LogItem({
      attributes: {
        timestamp: attributes.timestamp.toISOString(),
        level: attributes.logLevel,
        message: attributes.message,
        service: attributes.serviceName,
        function: attributes.lambdaContext?.functionName,
        aws_request_id: attributes.lambdaContext?.awsRequestId,
        ...(maskPayload(rest) as LogAttributes),
        ...(error === undefined ? {} : { error: formatError(error) }),
      },
    });
  }
}

/** Leaves out the SQL's parameters and a driver's `detail`, which quote values of rows. */
function formatError(error: unknown): LogAttributes {
  if (!(error instanceof Error)) return { message: String(maskPayload(error)) };
  const code = 'code' in error ? String(error.code) : undefined;
  const constraint = 'constraint' in error ? String(error.constraint) : undefined;
  return {
    name: error.name,
    message: String(maskPayload(error.message)),
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(error.stack === undefined ? {} : { stack: String(maskPayload(error.stack)) }),
    ...(error.cause === undefined ? {} : { cause: formatError(error.cause) }),
  };
}

export const logger = new Logger({ logFormatter: new MaskingFormatter() });
