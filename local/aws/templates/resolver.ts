import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import { StartError } from '#aws/start-error.ts';
import type { Resource, Stack } from './assembly.ts';
import { attributeOf, refOf } from './references.ts';

/** The value of `Ref: AWS::NoValue`: the property or element is left out. */
const NO_VALUE = Symbol('AWS::NoValue');

/** Resolves CloudFormation intrinsics of stacks that may import from each other. Throws `StartError` on what it can't. */
export class Resolver {
  #stacks: readonly Stack[];
  #imports = new Map<string, unknown>();

  constructor(stacks: readonly Stack[]) {
    this.#stacks = stacks;
  }

  resolve(value: unknown, stack: Stack): unknown {
    const resolved = this.#resolve(value, stack);
    return resolved === NO_VALUE ? undefined : resolved;
  }

  properties(resource: Resource): JsonObject {
    try {
      return this.resolve(resource.properties, resource.stack) as JsonObject;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      throw new StartError(`${resource.path}: ${error.message}`);
    }
  }

  ref(resource: Resource): string {
    return refOf(resource, (value) => this.resolve(value, resource.stack)) ?? '';
  }

  attribute(resource: Resource, name: string): string {
    const value = attributeOf(resource, name, (inner) => this.resolve(inner, resource.stack));
    if (value === undefined)
      throw new StartError(`${resource.path}: no attribute ${name} of ${resource.type} here`);
    return value;
  }

  /** Whether the resource's condition lets it exist. */
  exists(resource: Resource): boolean {
    return resource.condition === undefined || this.#condition(resource.condition, resource.stack);
  }

  #resolve(value: unknown, stack: Stack): unknown {
    if (Array.isArray(value))
      return value.map((item) => this.#resolve(item, stack)).filter((item) => item !== NO_VALUE);
    if (!isJsonObject(value)) return value;
    const keys = Object.keys(value);
    const [key] = keys;
    if (keys.length === 1 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::')))
      return this.#intrinsic(key, value[key], stack);
    const entries = keys.map((name) => [name, this.#resolve(value[name], stack)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
  }

  #intrinsic(name: string, argument: unknown, stack: Stack): unknown {
    const all = (): unknown[] => this.#resolve(argument, stack) as unknown[];
    switch (name) {
      case 'Ref':
        return this.#reference(String(argument), stack);
      case 'Fn::GetAtt':
        return this.#getAtt(argument, stack);
      case 'Fn::Join': {
        const [separator, parts] = all();
        return (parts as unknown[]).map(String).join(String(separator));
      }
      case 'Fn::Split': {
        const [separator, text] = all();
        return String(text).split(String(separator));
      }
      case 'Fn::Select': {
        const [index, list] = all();
        return (list as unknown[])[Number(index)];
      }
      case 'Fn::Sub':
        return this.#substitute(argument, stack);
      case 'Fn::ImportValue':
        return this.#import(String(this.#resolve(argument, stack)));
      case 'Fn::FindInMap': {
        const [map, first, second] = all().map(String) as [string, string, string];
        return (stack.mappings[map] as Record<string, JsonObject> | undefined)?.[first]?.[second];
      }
      case 'Fn::If': {
        const [condition, then, otherwise] = argument as [string, unknown, unknown];
        return this.#resolve(this.#condition(condition, stack) ? then : otherwise, stack);
      }
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${stack.region}${zone}`);
      case 'Fn::Base64':
        return Buffer.from(String(this.#resolve(argument, stack))).toString('base64');
      default:
        throw new StartError(`the intrinsic ${name} is not implemented`);
    }
  }

  #reference(name: string, stack: Stack): unknown {
    switch (name) {
      case 'AWS::AccountId':
        return stack.accountId;
      case 'AWS::Region':
        return stack.region;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return stack.name;
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${stack.region}:${stack.accountId}:stack/${stack.name}/local`;
      case 'AWS::NotificationARNs':
        return [];
      case 'AWS::NoValue':
        return NO_VALUE;
    }
    const parameter = stack.parameters[name];
    if (parameter !== undefined) return parameter.Default;
    return this.ref(this.#resource(name, stack));
  }

  #resource(id: string, stack: Stack): Resource {
    const resource = stack.resources.get(id);
    if (resource === undefined) throw new StartError(`${stack.name} has no resource ${id}`);
    return resource;
  }

  #getAtt(argument: unknown, stack: Stack): string {
    const [id, ...rest] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
    return this.attribute(this.#resource(id ?? '', stack), rest.join('.'));
  }

  #substitute(argument: unknown, stack: Stack): string {
    const [text, variables] = Array.isArray(argument)
      ? (argument as [string, JsonObject])
      : [String(argument), {}];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (Object.hasOwn(variables, name)) return String(this.#resolve(variables[name], stack));
      const [id, ...rest] = name.split('.');
      return String(
        rest.length === 0 ? this.#reference(name, stack) : this.#getAtt([id, rest.join('.')], stack),
      );
    });
  }

  #import(name: string): unknown {
    if (this.#imports.has(name)) return this.#imports.get(name);
    for (const stack of this.#stacks) {
      for (const output of Object.values(stack.outputs)) {
        if (output.Export === undefined || this.#resolve(output.Export.Name, stack) !== name) continue;
        const value = this.#resolve(output.Value, stack);
        this.#imports.set(name, value);
        return value;
      }
    }
    throw new StartError(`no stack exports ${name}`);
  }

  #condition(name: string, stack: Stack): boolean {
    if (!Object.hasOwn(stack.conditions, name))
      throw new StartError(`${stack.name} has no condition ${name}`);
    return this.#evaluate(stack.conditions[name], stack);
  }

  #evaluate(expression: unknown, stack: Stack): boolean {
    const [[operator, argument] = ['', undefined]] = Object.entries((expression ?? {}) as JsonObject);
    const list = argument as unknown[];
    switch (operator) {
      case 'Condition':
        return this.#condition(String(argument), stack);
      case 'Fn::Equals':
        return this.#resolve(list[0], stack) === this.#resolve(list[1], stack);
      case 'Fn::Not':
        return !this.#evaluate(list[0], stack);
      case 'Fn::And':
        return list.every((item) => this.#evaluate(item, stack));
      case 'Fn::Or':
        return list.some((item) => this.#evaluate(item, stack));
      default:
        throw new StartError(`the condition ${operator} is not implemented`);
    }
  }
}
