interface Deployment {
  readonly deploymentInfo: {
    readonly revision: {
      readonly string?: { readonly content: string };
      readonly appSpecContent?: { readonly content: string };
    };
  };
}

interface Target {
  readonly FunctionName: string;
  readonly Qualifier: string;
}

/** The methods of AWS's clients that the check calls. */
interface Clients {
  readonly codeDeploy: {
    getDeployment(input: { readonly deploymentId: string }): Promise<Deployment>;
    putLifecycleEventHookExecutionStatus(input: object): Promise<unknown>;
  };
  readonly lambda: {
    invoke(input: object): Promise<{ readonly FunctionError?: string; readonly Payload?: Uint8Array }>;
  };
  log(line: string): void;
}

interface HookEvent {
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

export function targetOf(deployment: Deployment): Target;
export function check(event: HookEvent, clients: Clients): Promise<{ readonly status: string }>;
export function handler(event: HookEvent): Promise<{ readonly status: string }>;
