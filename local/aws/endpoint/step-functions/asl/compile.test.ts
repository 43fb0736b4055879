import { expect, test } from 'vitest';
import { compileDefinition, functionsOf } from './compile.ts';

const compile = (definition: object | string) =>
  compileDefinition(typeof definition === 'string' ? definition : JSON.stringify(definition), 'machine');
const alone = (state: object) => compile({ StartAt: 'A', States: { A: state } });

const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:pay';
const task = { Type: 'Task', Resource: FUNCTION, End: true };
const invoke = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true };
const waiting = { ...invoke, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' };
const handsOut = { FunctionName: FUNCTION, Payload: { 'token.$': '$$.Task.Token' } };
const nested = { StartAt: 'B', States: { B: task } };

test.each([
  ['{', 'the definition is not JSON'],
  [{ StartAt: 'A', States: {} }, 'States must be an object that is not empty'],
  [{ StartAt: 'X', States: { A: task } }, 'StartAt names X'],
  [{ StartAt: 'A', States: { A: task, B: task } }, 'nothing leads to state B'],
  [{ StartAt: 'A', States: { A: task }, Extra: 1 }, 'the field Extra is not implemented'],
  [{ StartAt: 'A', States: { A: task }, Version: '2.0' }, 'Version'],
  [{ StartAt: 'A', States: { A: task }, QueryLanguage: 'JSONata' }, 'JSONata is not implemented'],
])('the definition %j is refused', (definition, reason) => {
  expect(() => compile(definition)).toThrow(reason);
});

test.each([
  [{ Type: 'Activity', End: true }, 'the type Activity is not implemented'],
  [{ Type: 'Pass' }, 'either Next or "End": true'],
  [{ Type: 'Pass', Next: 'A', End: true }, 'either Next or "End": true'],
  [{ Type: 'Pass', Next: 'X' }, 'state A goes on to X'],
  [{ Type: 'Pass', End: true, Assign: {} }, 'the field Assign is not implemented'],
  [{ Type: 'Pass', End: true, Retry: [] }, 'the field Retry is not implemented'],
  [{ Type: 'Pass', End: true, QueryLanguage: 'JSONata' }, 'JSONata is not implemented'],
  [{ Type: 'Pass', End: true, ResultPath: '$$.a' }, 'ResultPath: $$.a is in the context object'],
  [{ Type: 'Pass', End: true, InputPath: '$..a' }, 'InputPath: the path $..a is not implemented'],
  [
    { Type: 'Pass', End: true, Parameters: { 'a.$': 'b' } },
    'Parameters: b is neither a path nor an intrinsic',
  ],
  [{ Type: 'Choice', Choices: [] }, 'Choices is empty'],
  [{ Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true }] }, 'Choices[0]: has no Next'],
  [{ Type: 'Wait', End: true }, 'has one of Seconds'],
  [{ Type: 'Wait', End: true, Seconds: 1, Timestamp: '2027-01-31T00:00:00Z' }, 'has one of Seconds'],
  [{ Type: 'Wait', End: true, Timestamp: 'tomorrow' }, 'RFC 3339'],
  [{ Type: 'Fail', Error: 'E', ErrorPath: '$.e' }, 'has Error or ErrorPath, not both'],
  [{ ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'X' }] }, 'state A goes on to X'],
  [{ ...task, Resource: 'arn:aws:states:::sqs:sendMessage' }, 'sqs:sendMessage is not implemented'],
  [{ ...task, HeartbeatSeconds: 5 }, 'HeartbeatSeconds is implemented for .waitForTaskToken only'],
  [{ ...task, TimeoutSeconds: 5, TimeoutSecondsPath: '$.t' }, 'has TimeoutSeconds or TimeoutSecondsPath'],
  [invoke, 'Parameters must be an object'],
  [{ ...invoke, Parameters: { Payload: {} } }, 'no FunctionName'],
  [{ ...invoke, Parameters: { FunctionName: 'f', InvocationType: 'Event' } }, 'RequestResponse'],
  [{ ...invoke, Parameters: { FunctionName: 'f', Qualifier: '1' } }, 'the parameter Qualifier'],
  [{ ...waiting, Parameters: { FunctionName: 'f' } }, "don't hand out $$.Task.Token"],
  [{ ...waiting, Parameters: handsOut, HeartbeatSeconds: 9, TimeoutSeconds: 9 }, 'less than TimeoutSeconds'],
  [{ Type: 'Parallel', Branches: [], End: true }, 'Branches is empty'],
  [
    { Type: 'Map', ItemProcessor: { ...nested, ProcessorConfig: { Mode: 'DISTRIBUTED' } }, End: true },
    'INLINE',
  ],
  [{ Type: 'Map', ItemProcessor: nested, ItemReader: {}, End: true }, 'the field ItemReader'],
  [
    { Type: 'Parallel', Branches: [{ StartAt: 'B', States: { B: { ...task, End: false } } }], End: true },
    'state B',
  ],
])('the state %j is refused, by name', (state, reason) => {
  expect(() => alone(state)).toThrow(reason);
  expect(() => alone(state)).toThrow(/^machine/);
});

test('functions are found wherever they are named outright', () => {
  const states = {
    A: { Type: 'Parallel', Branches: [nested], Next: 'M' },
    M: {
      Type: 'Map',
      Iterator: { StartAt: 'C', States: { C: { ...waiting, Parameters: handsOut } } },
      Next: 'D',
    },
    D: { ...invoke, Parameters: { 'FunctionName.$': '$.f' } },
  };
  expect(functionsOf(compile({ StartAt: 'A', States: states }))).toEqual([FUNCTION, FUNCTION]);
});
