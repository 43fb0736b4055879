import { AwsError } from '../aws-error.ts';
import { parseQuery } from '../sigv4.ts';
import { type XmlValue, xmlDocument } from '../xml.ts';
import type { Context } from './patterns.ts';
import type { UserStore } from './user-store.ts';

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

type Form = ReadonlyMap<string, string>;

interface IamOperation {
  /** The parameters that it implements; any other is refused. `Tags` stands for a list of them. */
  readonly parameters: readonly string[];
  /** The condition keys of a request for it. */
  context?(form: Form): Context;
  run(users: UserStore, form: Form): Record<string, XmlValue> | undefined;
}

function given(form: Form, name: string): string {
  const value = form.get(name);
  if (value !== undefined && value !== '') return value;
  throw new AwsError('ValidationError', 400, `The request must contain the parameter ${name}.`);
}

const TAG = /^Tags\.member\.(\d+)\.(Key|Value)$/;

function tagsOf(form: Form): Record<string, string> {
  const numbers = new Set([...form.keys()].flatMap((name) => TAG.exec(name)?.[1] ?? []));
  return Object.fromEntries(
    [...numbers].map((number) => [
      given(form, `Tags.member.${number}.Key`),
      form.get(`Tags.member.${number}.Value`) ?? '',
    ]),
  );
}

const ofPolicy = (form: Form): Context => ({ 'iam:PolicyARN': form.get('PolicyArn') });

const OPERATIONS: Readonly<Record<string, IamOperation>> = {
  CreateUser: {
    parameters: ['UserName', 'PermissionsBoundary', 'Tags'],
    context: (form) => ({ 'iam:PermissionsBoundary': form.get('PermissionsBoundary') }),
    run: (users, form) => {
      const boundary = form.get('PermissionsBoundary');
      const { name, arn, id } = users.create({ name: given(form, 'UserName'), tags: tagsOf(form), boundary });
      return {
        User: { Path: '/', UserName: name, UserId: id, Arn: arn, CreateDate: new Date().toISOString() },
      };
    },
  },
  GetUser: {
    parameters: ['UserName'],
    run: (users, form) => {
      const { name, arn, id } = users.get(given(form, 'UserName'));
      return {
        User: { Path: '/', UserName: name, UserId: id, Arn: arn, CreateDate: new Date(0).toISOString() },
      };
    },
  },
  DeleteUser: {
    parameters: ['UserName'],
    run: (users, form) => void users.delete(given(form, 'UserName')),
  },
  AttachUserPolicy: {
    parameters: ['UserName', 'PolicyArn'],
    context: ofPolicy,
    run: (users, form) => void users.attach(given(form, 'UserName'), given(form, 'PolicyArn')),
  },
  DetachUserPolicy: {
    parameters: ['UserName', 'PolicyArn'],
    context: ofPolicy,
    run: (users, form) => void users.detach(given(form, 'UserName'), given(form, 'PolicyArn')),
  },
  CreateAccessKey: {
    parameters: ['UserName'],
    run: (users, form) => {
      const UserName = given(form, 'UserName');
      const { accessKeyId, secretAccessKey } = users.createKey(UserName);
      return {
        AccessKey: {
          ...{ UserName, AccessKeyId: accessKeyId, Status: 'Active' },
          SecretAccessKey: secretAccessKey,
        },
      };
    },
  },
  ListAccessKeys: {
    parameters: ['UserName'],
    run: (users, form) => {
      const { name, keys } = users.get(given(form, 'UserName'));
      const member = keys.map(({ accessKeyId }) => ({
        ...{ UserName: name, AccessKeyId: accessKeyId, Status: 'Active' },
      }));
      return { AccessKeyMetadata: { member }, IsTruncated: false };
    },
  },
  DeleteAccessKey: {
    parameters: ['UserName', 'AccessKeyId'],
    run: (users, form) => void users.deleteKey(given(form, 'UserName'), given(form, 'AccessKeyId')),
  },
};

/** One call, read and not yet made. */
export interface IamCall {
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  /** Returns the answer's document. */
  make(requestId: string): string;
}

/** Reads a call of IAM's Query protocol. Actions and parameters that aren't implemented are refused. */
export function readIamCall(users: UserStore, body: string): IamCall {
  const form = new Map(parseQuery(body));
  const action = form.get('Action') ?? '';
  const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
  if (operation === undefined)
    throw new AwsError(
      'InvalidAction',
      400,
      `The action ${action} is not implemented by the local endpoint.`,
    );
  for (const name of form.keys()) {
    const known = ['Action', 'Version', ...operation.parameters];
    if (!known.includes(TAG.test(name) ? 'Tags' : name))
      throw new AwsError(
        'UnsupportedOperation',
        400,
        `The parameter ${name} is not implemented by the local endpoint.`,
      );
  }
  return {
    action: `iam:${action}`,
    resource: users.arnOf(given(form, 'UserName')),
    context: operation.context?.(form) ?? {},
    make: (RequestId) => {
      const result = operation.run(users, form);
      return xmlDocument(
        `${action}Response`,
        { ...(result && { [`${action}Result`]: result }), ResponseMetadata: { RequestId } },
        NAMESPACE,
      );
    },
  };
}
