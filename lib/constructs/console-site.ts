import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CustomResource, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccessLevel,
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Function as EdgeFunction,
  FunctionCode as EdgeFunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  type HeadersReferrerPolicy,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { CONSOLE_ASSETS_PATH, CONSOLE_PAGE_PATH, CONSOLE_PATH, consoleHeaders } from '#contracts/console.ts';
import { buildConsoleNow } from '#lib/console-build.ts';
import { TRANSPORT_SECURITY } from '#lib/edge.ts';
import type { Environment } from '#lib/environment.ts';
import type { FunctionCode } from './bundle.ts';
import { type FunctionContext, PlatformFunction } from './platform-function.ts';
import { PrivateBucket } from './private-bucket.ts';
import { resourceProvider } from './resource-provider.ts';

export const PUBLISH_CONSOLE_ENTRY = 'functions/platform/publish-console.ts';

const TIMEOUT_SECONDS = 300;

/** The origin at which browsers reach the bucket of uploads. A name that CloudFormation generates is known in its own region alone. */
function uploadsOrigin({ uploadsBucketName, region }: Environment): string {
  return `https://${uploadsBucketName ?? '*'}.s3.${region}.amazonaws.com`;
}

interface ConsoleCode {
  readonly code: FunctionCode;
  /** Changes whenever a file of the console does. */
  readonly hash: string;
}

/** The console at the address of an environment: its bucket, which only the distribution reads, and the behaviours of its paths. */
export class ConsoleSite extends Construct {
  /** The behaviours by path. CloudFront takes the first that matches. */
  readonly behaviors: ReadonlyMap<string, BehaviorOptions>;

  constructor(scope: Construct, id: string, context: FunctionContext) {
    super(scope, id);
    const { bucket } = new PrivateBucket(this, 'Files');
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Nobody but the distribution reads it, and that logs each request.',
    });
    // A missing file is a 404 only to those who may list. No path of the site leads to the list itself.
    const origin = S3BucketOrigin.withOriginAccessControl(bucket as IBucket, {
      originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
    });
    const behavior: BehaviorOptions = {
      origin,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: this.#headers(context.environment),
      compress: true,
    };
    const page: BehaviorOptions = {
      ...behavior,
      // The edge keeps no page, so a release is seen at once and there is nothing to invalidate.
      cachePolicy: CachePolicy.CACHING_DISABLED,
      functionAssociations: [{ function: this.#pageFunction(), eventType: FunctionEventType.VIEWER_REQUEST }],
    };
    this.behaviors = new Map([
      [`${CONSOLE_ASSETS_PATH}/*`, { ...behavior, cachePolicy: CachePolicy.CACHING_OPTIMIZED }],
      [CONSOLE_PATH, page],
      [`${CONSOLE_PATH}/*`, page],
    ]);
    this.#publish(context, bucket as IBucket);
  }

  #headers(environment: Environment): ResponseHeadersPolicy {
    const {
      'content-security-policy': contentSecurityPolicy,
      'referrer-policy': referrerPolicy,
      'strict-transport-security': _transportSecurity,
      'x-content-type-options': _nosniff,
      'x-frame-options': frameOption,
      ...others
    } = consoleHeaders([uploadsOrigin(environment)]);
    return new ResponseHeadersPolicy(this, 'Headers', {
      comment: `Vestry ${environment.name}: console`,
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy, override: true },
        strictTransportSecurity: TRANSPORT_SECURITY,
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption[frameOption], override: true },
        referrerPolicy: { referrerPolicy: referrerPolicy as HeadersReferrerPolicy, override: true },
      },
      customHeadersBehavior: {
        customHeaders: Object.entries(others).map(([header, value]) => ({
          header,
          value,
          override: true,
        })),
      },
    });
  }

  /** Answers every path that is no file with the page: the page knows what stands there. */
  #pageFunction(): EdgeFunction {
    return new EdgeFunction(this, 'Page', {
      comment: 'Every path of the console is its page',
      runtime: FunctionRuntime.JS_2_0,
      code: EdgeFunctionCode.fromInline(
        `function handler(event) {\n  event.request.uri = '${CONSOLE_PAGE_PATH}';\n  return event.request;\n}`,
      ),
    });
  }

  #publish(context: FunctionContext, bucket: IBucket): void {
    const prefix = `${CONSOLE_PATH.slice(1)}/`;
    const { code, hash } = consoleCode(context);
    const publish = new PlatformFunction(this, 'publish', {
      context: { ...context, bundle: new Map([[PUBLISH_CONSOLE_ENTRY, code]]) },
      name: 'publish-console',
      description: 'Puts the files of the console where the edge serves them from',
      entry: PUBLISH_CONSOLE_ENTRY,
      timeoutSeconds: TIMEOUT_SECONDS,
      database: false,
      grant: {
        statements: [
          new PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects(`${prefix}*`)] }),
        ],
        environment: { CONSOLE_BUCKET: bucket.bucketName },
        wildcards: [
          {
            bucket,
            prefix,
            reason: 'The names of files change with the console: it puts whatever it carries.',
          },
        ],
      },
    });
    const published = new CustomResource(this, 'Published', {
      resourceType: 'Custom::Console',
      serviceToken: resourceProvider(this, context.environment, publish).serviceToken,
      properties: { files: hash },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    published.node.addDependency(publish);
  }
}

let built: ConsoleCode | undefined;

/** Builds the console once for all environments of a synthesis. */
function consoleCode({ bundle }: FunctionContext): ConsoleCode {
  built ??= withConsole(bundle.get(PUBLISH_CONSOLE_ENTRY));
  return built;
}

/** Returns the code of the function that publishes the console, with the built console in it: what a function carries needs no archive. */
function withConsole(publisher: FunctionCode | undefined): ConsoleCode {
  if (publisher === undefined) throw new Error(`${PUBLISH_CONSOLE_ENTRY} is not in the bundle`);
  // One machine serves the console by itself, and the code of its functions is still being written.
  if (publisher.hash !== undefined) return { code: publisher, hash: publisher.hash };
  const directory = mkdtempSync(join(tmpdir(), 'vestry-console-'));
  // The CDK has copied the directory into its assembly by then.
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  cpSync(publisher.directory, directory, { recursive: true });
  const site = join(directory, 'console');
  buildConsoleNow(site);
  return { code: { directory }, hash: hashOf(site) };
}

function hashOf(directory: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(`${relative(directory, file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}
