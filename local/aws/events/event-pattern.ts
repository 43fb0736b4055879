import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import { StartError } from '#aws/start-error.ts';

/**
 * EventBridge event patterns: exact values, `prefix`, `suffix`, `equals-ignore-case`, `anything-but`, `numeric`,
 * `exists` and `$or`.
 */
type Matcher = (values: readonly unknown[]) => boolean;

/** Compiles a pattern. Throws `StartError` on a filter that isn't implemented. */
export function compilePattern(pattern: JsonObject, where: string): (event: JsonObject) => boolean {
  const tests = Object.entries(pattern).map(([name, expected]): ((event: JsonObject) => boolean) => {
    if (name === '$or') {
      if (!Array.isArray(expected)) throw new StartError(`${where}: $or must be a list`);
      const options = expected.map((option) => compilePattern(option as JsonObject, where));
      return (event) => options.some((option) => option(event));
    }
    if (Array.isArray(expected)) {
      const matchers = expected.map((filter) => compileFilter(filter, where));
      return (event) => {
        const value = event[name];
        const values = value === undefined ? [] : Array.isArray(value) ? value : [value];
        return matchers.some((matches) => matches(values));
      };
    }
    if (!isJsonObject(expected))
      throw new StartError(`${where}: the pattern of ${name} must be a list or an object`);
    const nested = compilePattern(expected, where);
    return (event) => {
      const value = event[name];
      return nested(isJsonObject(value) ? value : {});
    };
  });
  return (event) => tests.every((test) => test(event));
}

function text(test: (value: string) => boolean): Matcher {
  return (values) => values.some((value) => typeof value === 'string' && test(value));
}

function compileFilter(filter: unknown, where: string): Matcher {
  if (!isJsonObject(filter)) return (values) => values.includes(filter);
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(filter);
  if (more.length === 0) {
    if (operator === 'exists') return (values) => values.length > 0 === operand;
    if (operator === 'prefix' && typeof operand === 'string')
      return text((value) => value.startsWith(operand));
    if (operator === 'suffix' && typeof operand === 'string') return text((value) => value.endsWith(operand));
    if (operator === 'equals-ignore-case' && typeof operand === 'string')
      return text((value) => value.toLowerCase() === operand.toLowerCase());
    if (operator === 'anything-but') return compileAnythingBut(operand, where);
    if (operator === 'numeric' && Array.isArray(operand)) return compileNumeric(operand, where);
  }
  throw new StartError(`${where}: the event filter ${JSON.stringify(filter)} is not implemented`);
}

function compileAnythingBut(operand: unknown, where: string): Matcher {
  const excluded = [operand].flat().map((item) => compileFilter(item, where));
  return (values) =>
    values.length > 0 && values.some((value) => !excluded.some((matches) => matches([value])));
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '=': (value, bound) => value === bound,
  '>=': (value, bound) => value >= bound,
  '>': (value, bound) => value > bound,
};

function compileNumeric(operand: readonly unknown[], where: string): Matcher {
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const compare = COMPARISONS[String(operand[index])];
    const bound = operand[index + 1];
    if (compare === undefined || typeof bound !== 'number')
      throw new StartError(`${where}: the numeric filter ${JSON.stringify(operand)} is not implemented`);
    tests.push((value) => compare(value, bound));
  }
  return (values) => values.some((value) => typeof value === 'number' && tests.every((test) => test(value)));
}
