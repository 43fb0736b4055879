import { type Context, matches } from './patterns.ts';

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

type Compare = (actual: string, value: string) => boolean;

const same: Compare = (actual, value) => actual === value;
const like: Compare = (actual, value) => matches(value, actual);

/** Each operator with its comparison. Those of `NEGATED` hold where no value compares, and where the key is absent. */
const OPERATORS: Readonly<Record<string, Compare>> = {
  StringEquals: same,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: (actual, value) => actual.toLowerCase() === value.toLowerCase(),
  NumericLessThan: (actual, value) => Number(actual) < Number(value),
  StringNotEquals: same,
  StringNotLike: like,
  ArnNotEquals: like,
  ArnNotLike: like,
};
const NEGATED: readonly string[] = ['StringNotEquals', 'StringNotLike', 'ArnNotEquals', 'ArnNotLike'];

/** The keys that have a value here. Those of KMS have none: nobody calls KMS at this endpoint. */
const KEYS = [
  /^aws:PrincipalArn$/,
  /^aws:PrincipalTag\/.+$/,
  /^aws:SecureTransport$/,
  /^s3:TlsVersion$/,
  /^s3:prefix$/,
  /^iam:PermissionsBoundary$/,
  /^iam:PolicyARN$/,
  /^kms:/,
];

/** Returns why a condition can't be judged here, if it can't. */
export function unknownCondition({ operator, key }: Condition): string | undefined {
  if (!Object.hasOwn(OPERATORS, operator)) return `the condition operator ${operator}`;
  return KEYS.some((known) => known.test(key)) ? undefined : `the condition key ${key}`;
}

/** Returns whether a condition holds. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export function holds({ operator, key, values }: Condition, context: Context): boolean {
  const compare = OPERATORS[operator];
  const actual = context[key];
  const isNegated = NEGATED.includes(operator);
  if (compare === undefined || actual === undefined) return isNegated;
  return values.some((value) => compare(actual, value)) !== isNegated;
}
