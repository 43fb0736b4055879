import { functionArn } from './step-functions-endpoint.ts';

/**
 * A state machine in the shape of a disbursement: checks, an approval that waits for a person, a bank that is
 * retried, a wait.
 */
export const DISBURSEMENT = {
  Comment: 'A disbursement in small',
  StartAt: 'CheckRules',
  States: {
    CheckRules: {
      Type: 'Task',
      Resource: functionArn('check-rules'),
      ResultPath: '$.check',
      Next: 'NeedsApproval',
    },
    NeedsApproval: {
      Type: 'Choice',
      Choices: [{ Variable: '$.check.approval', BooleanEquals: true, Next: 'WaitForApproval' }],
      Default: 'SendPayment',
    },
    WaitForApproval: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: {
        FunctionName: functionArn('request-approval'),
        Payload: { 'transaction_id.$': '$.transaction_id', 'token.$': '$$.Task.Token' },
      },
      TimeoutSeconds: 86_400,
      HeartbeatSeconds: 3_600,
      ResultPath: '$.approval',
      Catch: [{ ErrorEquals: ['Denied', 'States.Timeout'], ResultPath: '$.failure', Next: 'MarkFailed' }],
      Next: 'SendPayment',
    },
    SendPayment: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: {
        FunctionName: `${functionArn('send-payment')}:live`,
        Payload: { 'transaction_id.$': '$.transaction_id', 'attempt.$': '$$.State.RetryCount' },
      },
      ResultSelector: { 'reference.$': '$.Payload.reference', 'code.$': '$.StatusCode' },
      ResultPath: '$.bank',
      Retry: [
        {
          ErrorEquals: ['BankUnavailable', 'Lambda.ServiceException'],
          IntervalSeconds: 60,
          BackoffRate: 2,
          MaxAttempts: 3,
          MaxDelaySeconds: 90,
        },
      ],
      Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.failure', Next: 'MarkFailed' }],
      Next: 'WaitForSettlement',
    },
    WaitForSettlement: { Type: 'Wait', SecondsPath: '$.settle_seconds', Next: 'MarkSettled' },
    MarkSettled: {
      Type: 'Task',
      Resource: functionArn('mark'),
      Parameters: { state: 'SETTLED', 'id.$': "States.Format('{}/{}', $.transaction_id, $.bank.reference)" },
      End: true,
    },
    MarkFailed: {
      Type: 'Task',
      Resource: functionArn('mark'),
      Parameters: { state: 'FAILED', 'id.$': '$.transaction_id', 'reason.$': '$.failure.Error' },
      End: true,
    },
  },
};
