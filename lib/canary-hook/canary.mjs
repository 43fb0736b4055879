/**
 * CodeDeploy calls this before it sends traffic to a new version of a function. The version answers a canary: its code loads, its variables are
 * complete, and it signs in to the database. Nothing is imported but what Lambda's Node.js brings: it runs in releases only.
 */

/** @typedef {{ DeploymentId: string, LifecycleEventHookExecutionId: string }} HookEvent */

/** Returns the function and the version that a deployment is about to send traffic to. */
export function targetOf({ deploymentInfo }) {
  const { string, appSpecContent } = deploymentInfo.revision;
  const { Resources } = JSON.parse((appSpecContent ?? string).content);
  const [{ Properties }] = Resources.flatMap((resource) => Object.values(resource));
  return { FunctionName: Properties.Name, Qualifier: String(Properties.TargetVersion) };
}

/**
 * Calls the new version and tells CodeDeploy whether it passed. What fails on the way counts as not passed.
 * @param {HookEvent} event
 */
export async function check(event, { codeDeploy, lambda, log }) {
  const { DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId } = event;
  let status = 'Failed';
  try {
    const target = targetOf(await codeDeploy.getDeployment({ deploymentId }));
    const { FunctionError, Payload } = await lambda.invoke({
      ...target,
      Payload: JSON.stringify({ canary: 'vestry' }),
    });
    const answer = Buffer.from(Payload ?? []).toString('utf8');
    if (FunctionError === undefined && JSON.parse(answer).canary === 'passed') status = 'Succeeded';
    log(JSON.stringify({ message: 'canary', ...target, status, ...(status === 'Failed' ? { answer } : {}) }));
  } catch (error) {
    log(JSON.stringify({ message: 'canary', deploymentId, status, error: String(error) }));
  }
  await codeDeploy.putLifecycleEventHookExecutionStatus({
    ...{ deploymentId, lifecycleEventHookExecutionId, status },
  });
  return { status };
}

/** @param {HookEvent} event */
export async function handler(event) {
  const { CodeDeploy } = await import('@aws-sdk/client-codedeploy');
  const { Lambda } = await import('@aws-sdk/client-lambda');
  return check(event, { codeDeploy: new CodeDeploy(), lambda: new Lambda(), log: console.log });
}
