/** Types that the platform runs: their properties are read in this directory. */
const RUN_TYPES: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Version',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SES::EmailIdentity',
  'AWS::SQS::Queue',
  'AWS::SecretsManager::Secret',
  'AWS::StepFunctions::StateMachine',
  'Custom::S3BucketNotifications',
]);

/** Services that restrict, encrypt, watch or carry, but whose absence changes no result on one machine. */
const INERT_SERVICES: ReadonlySet<string> = new Set([
  'AWS::ApplicationAutoScaling',
  'AWS::Backup',
  'AWS::CDK',
  'AWS::CertificateManager',
  'AWS::CloudFront',
  'AWS::CloudWatch',
  'AWS::CodeDeploy',
  'AWS::EC2',
  'AWS::IAM',
  'AWS::KMS',
  'AWS::Logs',
  'AWS::Route53',
  'AWS::WAFv2',
  // The caller that starts the runner provides a database.
  'AWS::RDS',
]);

const INERT_TYPES: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::BasePathMapping',
  'AWS::ApiGateway::DomainName',
  'AWS::Events::Archive',
  'AWS::Events::EventBusPolicy',
  'AWS::Lambda::Permission',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SecretsManager::ResourcePolicy',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::SecretsManager::SecretTargetAttachment',
  'AWS::SSM::Parameter',
  // Custom resources of the CDK that act on the account.
  'Custom::AWS',
  'Custom::S3AutoDeleteObjects',
  'Custom::VpcRestrictDefaultSG',
]);

export function hasNoLocalEffect(type: string): boolean {
  return INERT_TYPES.has(type) || INERT_SERVICES.has(type.split('::', 2).join('::'));
}

export function isKnownType(type: string): boolean {
  return RUN_TYPES.has(type) || hasNoLocalEffect(type);
}
